"""International Migration Database of the OECD."""
