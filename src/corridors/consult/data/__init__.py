"""Lists by date that tallies group Members with."""
