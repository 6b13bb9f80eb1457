"""The store in a database of PostgreSQL: all that is special to it."""
