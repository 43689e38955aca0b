"""Membership of the European Union by year."""
