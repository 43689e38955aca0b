"""Refugee Population Statistics of the United Nations High Commissioner for Refugees."""
