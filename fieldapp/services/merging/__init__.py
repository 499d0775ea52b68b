"""What comes by bundles: looked through first, merged, kept as a report, and taken back as a unit."""
