"""The moving parts: camera processes, the single writer, the hub."""
