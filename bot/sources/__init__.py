"""Where the past comes from, one source a file; each yields units of work and what reading one brings."""
