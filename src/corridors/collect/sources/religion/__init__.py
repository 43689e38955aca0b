"""Religious similarity of pairs of areas."""
