"""Migration and asylum statistics of Eurostat."""
