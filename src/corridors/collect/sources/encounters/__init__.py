"""Encounters with authorities on the way: national registers and asylum applications in Europe."""
