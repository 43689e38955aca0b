"""The list of country names of IOM, which holds no observations."""
