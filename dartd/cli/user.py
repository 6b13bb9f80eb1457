"""`dartd user`."""

import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from dartd.auth.accounts import new_user
from dartd.auth.passwords import hash_password
from dartd.auth.permissions import ROLES
from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.cli.store_access import audit_entry, change_store
from dartd.config import load_config
from dartd.store.audit import append_entry
from dartd.store.listing import MAX_LIMIT, PageRequest
from dartd.store.users import USERS, find_user, insert_user

_CONFIG = click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; as for `dartd run`.")
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of generating one.")
_SHORTEST = 8


@click.group("user")
def command() -> None:
    """Add and list accounts, and set passwords, also while the daemon runs."""


@command.command("create")
@click.argument("username")
@click.option("--name", help="The display name; by default the user name.")
@click.option("--role", type=click.Choice(sorted(ROLES)), default="viewer", show_default=True, help="The role of the account.")
@click.option("--quiet", is_flag=True, help="Print only the generated password.")
@_STDIN
@_CONFIG
def create(username: str, name: str | None, role: str, path: Path | None, *, quiet: bool, password_stdin: bool) -> None:
    """Add an account; a generated password is shown only once."""
    password = _password(given=password_stdin)
    user = new_user(username, name or username, role, hash_password(password), time.time())

    def make(connection: sa.Connection) -> None:
        insert_user(connection, user)
        append_entry(connection, audit_entry("user.create", "user", user.user_id))

    with reported_errors():
        change_store(load_config(find_config(path, os.environ), os.environ), make)
    _print(f"user {username} ({user.user_id}, {role})", password, quiet=quiet, given=password_stdin)


@command.command("password")
@click.argument("username")
@click.option("--quiet", is_flag=True, help="Print only the generated password.")
@_STDIN
@_CONFIG
def set_password(username: str, path: Path | None, *, quiet: bool, password_stdin: bool) -> None:
    """Set a new password for an account and end its logins."""
    password = _password(given=password_stdin)
    hashed = hash_password(password)
    _change(path, username, "user.update", lambda connection, user_id: USERS.update(connection, user_id, {"password_hash": hashed}))
    _print(f"user {username}", password, quiet=quiet, given=password_stdin)


@command.command("role")
@click.argument("username")
@click.argument("role", type=click.Choice(sorted(ROLES)))
@_CONFIG
def set_role(username: str, role: str, path: Path | None) -> None:
    """Change the role of an account and end its logins."""
    _change(path, username, "user.update", lambda connection, user_id: USERS.update(connection, user_id, {"role": role}))
    click.echo(f"user {username} ({role})")


@command.command("delete")
@click.argument("username")
@_CONFIG
def delete(username: str, path: Path | None) -> None:
    """Delete an account with its logins and keys."""
    _change(path, username, "user.delete", USERS.delete)
    click.echo(f"user {username} deleted")


@command.command("list")
@_CONFIG
def list_all(path: Path | None) -> None:
    """List accounts."""
    with reported_errors():
        config = load_config(find_config(path, os.environ), os.environ)
        found = change_store(
            config,
            lambda c: [(row.user_id, row.username, row.role, row.active) for row in USERS.page(c, PageRequest(limit=MAX_LIMIT)).rows],
        )
    for user_id, username, role, active in found:
        click.echo(f"{user_id}  {role:10}  {username}{'' if active else '  (locked)'}")


def _change(path: Path | None, username: str, action: str, write: Callable[[sa.Connection, str], object]) -> None:
    """Change the account of a user name, with an audit entry."""

    def change(connection: sa.Connection) -> bool:
        user = find_user(connection, username)
        if user is None:
            return False
        write(connection, user.user_id)
        append_entry(connection, audit_entry(action, "user", user.user_id))
        return True

    with reported_errors():
        known = change_store(load_config(find_config(path, os.environ), os.environ), change)
    if not known:
        raise click.BadParameter(f"there is no user {username}", param_hint="USERNAME")


def _password(*, given: bool) -> str:
    if not given:
        return secrets.token_urlsafe(12)
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < _SHORTEST:
        raise click.UsageError(f"a password has at least {_SHORTEST} characters")
    return password


def _print(what: str, password: str, *, quiet: bool, given: bool) -> None:
    if given:
        if not quiet:
            click.echo(what)
    else:
        click.echo(password if quiet else f"{what}, password shown this once: {password}")
