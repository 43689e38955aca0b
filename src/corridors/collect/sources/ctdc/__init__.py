"""Records of victims of trafficking from the Counter-Trafficking Data Collaborative."""
