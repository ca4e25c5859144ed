"""Measurements beside named peers; nothing here is a test, and no figure here is a promise for another machine."""
