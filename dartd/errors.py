"""All errors that dartd raises deliberately.

DartdError
├── ConfigError             the configuration is not valid: path, reason and remedy
├── StoreError              the database cannot be opened, or refuses a statement
│   ├── StoreUnavailableError  the file cannot be read or written now: full, I/O error, damaged, locked
│   │   └── StoreUnconfirmedError  the connection was lost in a commit, which may have been made
│   ├── StoreBusyError      another daemon uses the store
│   ├── StoreFullError      too many queries are waiting; retry later
│   └── QueryTimeoutError   a query took too long; narrow it
├── BackupError             a copy of the database cannot be made or put back
├── AlreadyExistsError      an entity to be created exists already
├── ConflictError           an entity was changed in the meantime, or cannot be changed
│   └── CommandRefusedError the board cannot execute the command in its state
├── ForbiddenError          the caller has not the permission
├── ListenError             the address cannot be bound
├── RecordingError          a recording cannot be read
├── ServiceError            the service cannot be installed or removed
├── WorkerProtocolError     a camera process sent an invalid message
└── PipelineFullError       too many inputs are waiting; retry later
"""

from typing import Any


class DartdError(Exception):
    """Base class: a stable `code`, a message with a remedy, and `details`."""

    code = "INTERNAL_ERROR"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class ConfigError(DartdError):
    """The configuration is not valid; the message contains the path, what was expected and what was found."""

    code = "CONFIG_ERROR"


class StoreError(DartdError):
    """The database cannot be opened, or refuses a statement."""

    code = "DATABASE_ERROR"


class StoreUnavailableError(StoreError):
    """The file itself cannot be read or written now, whatever the statement: full, I/O error, damaged, read-only, held by another."""


class StoreUnconfirmedError(StoreUnavailableError):
    """The connection to the server was lost during a commit: it is not known whether the commit was made."""


class StoreBusyError(StoreError):
    """Another daemon uses the store."""

    code = "STORE_BUSY"


class StoreFullError(StoreError):
    """Too many queries are waiting for the database: retry later."""

    code = "STORE_FULL"


class BackupError(DartdError):
    """A copy of the database cannot be made or put back; the message contains the remedy."""

    code = "BACKUP_ERROR"


class ForbiddenError(DartdError):
    """The caller has not the permission."""

    code = "AUTH_INSUFFICIENT_PERMISSIONS"


class QueryTimeoutError(StoreError):
    """A query took too long and was stopped: narrow it."""

    code = "QUERY_TIMEOUT"


class AlreadyExistsError(DartdError):
    """An entity to be created exists already."""

    code = "RESOURCE_ALREADY_EXISTS"


class ConflictError(DartdError):
    """An entity was changed in the meantime, or cannot be changed."""

    code = "STATE_CONFLICT"

    def __init__(self, message: str, *, code: str = "STATE_CONFLICT", **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class CommandRefusedError(ConflictError):
    """The board cannot execute the command in its present state."""


class ServiceError(DartdError):
    """The service of systemd cannot be installed or removed; the message contains reason and remedy."""

    code = "SERVICE_ERROR"


class ListenError(DartdError):
    """The address cannot be bound."""

    code = "LISTEN_ERROR"


class RecordingError(DartdError):
    """A recording cannot be read."""

    code = "RECORDING_ERROR"


class WorkerProtocolError(DartdError):
    """A camera process sent bytes that are not a message."""

    code = "WORKER_PROTOCOL_ERROR"


class PipelineFullError(DartdError):
    """Too many inputs are waiting, or the journal cannot be written: retry later."""

    code = "PIPELINE_FULL"
