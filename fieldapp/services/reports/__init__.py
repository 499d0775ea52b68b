"""How work goes, without a server: quality, progress, back-checks, and their tables."""
