"""The vocabulary: areas, periods, ages, code lists, dims, dataflows, findings."""
