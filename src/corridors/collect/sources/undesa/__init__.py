"""International Migrant Stock of the United Nations Population Division."""
