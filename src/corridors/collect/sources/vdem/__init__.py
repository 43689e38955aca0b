"""Liberal democracy index of the V-Dem Institute."""
