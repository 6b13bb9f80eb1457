"""The store in one SQLite file: all that is special to SQLite."""
