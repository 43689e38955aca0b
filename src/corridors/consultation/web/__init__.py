"""The doors: web pages that need no script, and OpenRosa for forms filled in away from the network."""
