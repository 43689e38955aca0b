"""Detections of illegal border crossings at the external borders of the European Union, from Frontex."""
