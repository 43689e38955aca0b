"""One folder a source: card, reader, names."""
