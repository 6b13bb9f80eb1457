"""Accounts, and the secrets that are generated at the first start: where they are stored, and to whom they are shown."""

import asyncio
import functools
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dartd.auth.accounts import Accounts
from dartd.auth.tokens import Signer
from dartd.config import Config
from dartd.store.database import Database
from dartd.store.kept_secret import kept_secret
from dartd.store.operator_token import FILE as OPERATOR_TOKEN
from dartd.store.operator_token import operator_token

SIGNING_KEY = "signing-key"
WEBHOOK_KEY = "webhook-key"
FIRST_PASSWORD = "first-password"  # noqa: S105 - the name of a file

_PASSWORD_BYTES: Final = 12  # 16 characters: it is typed on phones, and guesses are slowed down

Announce = Callable[[str], None]


async def webhook_key(config: Config) -> str:
    """Return what the secrets of webhooks are made from; it is made at the first start.

    Raises:
        StoreError: it can be neither read nor made.
    """
    path = config.state_path / WEBHOOK_KEY
    key, _ = await asyncio.to_thread(kept_secret, path, "the key that webhooks are signed with", "let this user write there")
    return key


async def open_accounts(config: Config, database: Database, *, announce: Announce, on_terminal: bool) -> Accounts:
    """Return the accounts of a store, with the operator's token from the configuration or the state directory.

    A generated account or token is announced once. `on_terminal`: what is announced is read by a person and stored nowhere, so that
    secrets may be shown; anywhere else the file is named that has the secret, readable by its owner only.
    """
    auth = config.auth
    signing_key, _ = await asyncio.to_thread(
        kept_secret, config.state_path / SIGNING_KEY, "the key that logins are signed with", "let this user write there"
    )
    accounts = Accounts(
        database,
        Signer(signing_key),
        anonymous_reads=auth.anonymous_reads,
        access_ttl_s=auth.access_ttl_s,
        refresh_ttl_s=auth.refresh_ttl_s,
        logins_per_minute=config.limits.login,
    )
    if auth.token is None:
        token, made = await asyncio.to_thread(operator_token, config.state_path)
        if made:
            path = config.state_path / OPERATOR_TOKEN
            announce(f"operator token, shown this once and kept in {path}: {token}" if on_terminal else f"operator token: in {path}")
    else:
        token = auth.token
    await accounts.ensure_operator_key(token)
    path = config.state_path / FIRST_PASSWORD
    password = await accounts.ensure_admin(functools.partial(_first_password, None if on_terminal else path))
    if password is not None and on_terminal:
        announce(f"first account, shown this once: user admin, password {password}")
    elif password is not None:
        announce(f"first account: user admin, password in {path} (delete the file once it is read)")
    return accounts


def _first_password(path: Path | None) -> str:
    """Return a password; with a path it is in that file before there is an account with it: one that a full disk refused would be lost."""
    if path is None:
        return secrets.token_urlsafe(_PASSWORD_BYTES)
    return kept_secret(path, "the password of the first account", "let this user write there", _PASSWORD_BYTES)[0]
