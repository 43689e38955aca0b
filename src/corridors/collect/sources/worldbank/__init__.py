"""Bilateral stocks, remittances, development indicators and income groups of the World Bank."""
