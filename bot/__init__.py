"""armswatch: a watch on news feeds that matches, groups and reports; see docs/ for the map of the house."""

__version__ = "0.1.0"
