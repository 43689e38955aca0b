"""Rules of tallies, one TOML file each."""
