"""`dartd key`."""

import os
import secrets
import time
from pathlib import Path

import click
import sqlalchemy as sa

from dartd.auth.permissions import ROLES
from dartd.auth.tokens import hash_of, new_key
from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.cli.store_access import audit_entry, change_store
from dartd.config import load_config
from dartd.store.audit import append_entry
from dartd.store.keys import KEYS, Key, insert_key, key_of
from dartd.store.listing import MAX_LIMIT, PageRequest

_CONFIG = click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; as for `dartd run`.")


@click.group("key")
def command() -> None:
    """Create, list and revoke API keys, also while the daemon runs."""


@command.command("create")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--role", type=click.Choice(sorted(ROLES)), default="api_client", show_default=True, help="The role of the key.")
@click.option("--days", type=click.IntRange(min=1, max=36_500), help="Days until the key expires; without it the key does not expire.")
@click.option("--quiet", is_flag=True, help="Print the key alone.")
@_CONFIG
def create(name: str, role: str, days: int | None, path: Path | None, *, quiet: bool) -> None:
    """Create a key and print it; it is shown only once."""
    secret, prefix = new_key()
    now_s = time.time()
    key = Key(
        key_id=f"k_{secrets.token_hex(6)}",
        key_hash=hash_of(secret),
        prefix=prefix,
        name=name,
        user_id=None,
        role=role,
        permissions=None,
        created_at_s=now_s,
        expires_at_s=None if days is None else now_s + 86_400 * days,
    )

    def make(connection: sa.Connection) -> None:
        insert_key(connection, key)
        append_entry(connection, audit_entry("key.create", "key", key.key_id))

    with reported_errors():
        change_store(load_config(find_config(path, os.environ), os.environ), make)
    click.echo(secret if quiet else f"key {key.key_id} ({role}), shown this once: {secret}")


@command.command("list")
@_CONFIG
def list_all(path: Path | None) -> None:
    """List the newest keys without their secrets."""
    with reported_errors():
        config = load_config(find_config(path, os.environ), os.environ)
        found = change_store(config, lambda connection: [key_of(row) for row in KEYS.page(connection, PageRequest(limit=MAX_LIMIT)).rows])
    for key in found:
        click.echo(f"{key.key_id}  {key.prefix or '-':12}  {key.role:10}  {key.name}")


@command.command("revoke")
@click.argument("key_id")
@_CONFIG
def revoke(key_id: str, path: Path | None) -> None:
    """Revoke a key; a running daemon rejects it within five seconds."""

    def end(connection: sa.Connection) -> bool:
        append_entry(connection, audit_entry("key.delete", "key", key_id))
        return KEYS.delete(connection, key_id)

    with reported_errors():
        gone = change_store(load_config(find_config(path, os.environ), os.environ), end)
    if not gone:
        raise click.BadParameter(f"there is no key {key_id}", param_hint="KEY_ID")
