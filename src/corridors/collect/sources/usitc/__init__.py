"""Languages and colonies of the United States International Trade Commission."""
