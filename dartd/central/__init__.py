"""The central store of a venue: the journals of all boards in one store, with the same derived tables."""
