"""Every error that dartd raises on purpose.

DartdError
├── ConfigError             the configuration is wrong: path, reason and remedy
├── StoreError              the database cannot be opened, or refuses a statement
│   ├── StoreUnavailableError  the file itself cannot be written or read now: full, I/O, damaged, held
│   ├── StoreBusyError      another daemon holds the store
│   └── StoreFullError      too many queries wait; ask again later
├── TakenError              what shall be made is there already
├── ConflictError           what shall be changed is not as it was, or must stay
│   └── CommandRefusedError the board cannot do what was asked
├── ListenError             the address cannot be listened on
├── RecordingError          a recording cannot be read
├── WorkerProtocolError     a camera process sent what is no message
└── PipelineFullError       too much waits to be decided; ask again later
"""

from typing import Any


class DartdError(Exception):
    """Base: a stable `code`, a message that a user can act on, and the data behind it."""

    code = "INTERNAL_ERROR"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class ConfigError(DartdError):
    """The configuration is wrong; the message names the path, what was expected and what was found."""

    code = "CONFIG_ERROR"


class StoreError(DartdError):
    """The database cannot be opened, or refuses a statement."""

    code = "DATABASE_ERROR"


class StoreUnavailableError(StoreError):
    """The file itself cannot be read or written now, whatever the statement: full, I/O error, damaged, read-only, held by another."""


class StoreBusyError(StoreError):
    """Another daemon holds the store."""

    code = "STORE_BUSY"


class StoreFullError(StoreError):
    """Too many queries wait for the database: ask again later."""

    code = "STORE_FULL"


class TakenError(DartdError):
    """What shall be made is there already."""

    code = "RESOURCE_ALREADY_EXISTS"


class ConflictError(DartdError):
    """What shall be changed is not as it was, or has to stay as it is."""

    code = "STATE_CONFLICT"

    def __init__(self, message: str, *, code: str = "STATE_CONFLICT", **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class CommandRefusedError(ConflictError):
    """The board cannot do what was asked in its present state."""


class ListenError(DartdError):
    """The address cannot be listened on."""

    code = "LISTEN_ERROR"


class RecordingError(DartdError):
    """A recording cannot be read."""

    code = "RECORDING_ERROR"


class WorkerProtocolError(DartdError):
    """A camera process sent bytes that are no message."""

    code = "WORKER_PROTOCOL_ERROR"


class PipelineFullError(DartdError):
    """Too much waits before the board, or the journal cannot write: ask again later."""

    code = "PIPELINE_FULL"
