"""Internal displacement as monitored by the Internal Displacement Monitoring Centre."""
