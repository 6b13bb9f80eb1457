"""Access to the store from the command line, with or without a running daemon."""

import getpass
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from dartd.config import Config
from dartd.store.audit import AuditEntry
from dartd.store.backends import change_alongside

T = TypeVar("T")


def change_store(config: Config, change: Callable[[sa.Connection], T]) -> T:
    """Change the store in one commit; blocks. A running daemon notices changes of users and keys within seconds.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    return change_alongside(config.store_location, change)


def audit_entry(action: str, entity_type: str, entity_id: str) -> AuditEntry:
    """Return the audit entry of a change by the local user."""
    return AuditEntry(at_s=time.time(), user_id=f"cli:{getpass.getuser()}", action=action, entity_type=entity_type, entity_id=entity_id)
