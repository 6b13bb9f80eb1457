"""Errors of sources."""


class SourceError(Exception):
    """A source cannot be opened or was lost; the message says what, where, and how to fix it."""
