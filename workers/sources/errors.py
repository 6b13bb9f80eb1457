"""What goes wrong with a source of pictures."""


class SourceError(Exception):
    """A source cannot be opened or has gone; the message says what, where, and how to mend it."""
