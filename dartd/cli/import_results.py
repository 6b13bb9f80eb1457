"""`dartd import`."""

import asyncio
import hashlib
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import sqlalchemy as sa

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.cli.store_access import audit_entry
from dartd.config import Config, load_config
from dartd.errors import DartdError
from dartd.game.cases.games import MatchCase
from dartd.game.cases.score_sheets import SheetError, read_sheets
from dartd.play.imported import events_of_result, play_result, read_result
from dartd.play.played_match import PlayedMatch
from dartd.store.audit import append_entry
from dartd.store.days import Days
from dartd.store.journal import Journal, Outcome
from dartd.store.players import PLAYERS
from dartd.store.projections.matches import get_match
from dartd.store.tables import players
from dartd.store.timestamps import timestamp_of
from schemas.api.answers import Text
from schemas.api.players import Player, PlayerBoards, PlayerPreferences
from schemas.events import EntityAdded

_AT_ONCE = 50  # matches in one commit
_ERRORS_SHOWN = 20
_ID_CHARACTERS = 16


class _Result(NamedTuple):
    """A result that was read: the line it begins at, its case, when it was played, and a digest of all that it says."""

    line: int
    case: MatchCase
    played_at: str | None
    digest: str


class Summary(NamedTuple):
    """What was imported: matches, those that were there before, players without a profile, errors as `(line, message)`."""

    matches: int
    known: int
    guests: Sequence[str]
    errors: Sequence[tuple[int, str]]


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; default: the one of `dartd run`.")
@click.option("--add-players", is_flag=True, help="Add a profile for each name that has none; otherwise they are guests.")
@click.option("--dry-run", is_flag=True, help="Read and check the file, and store nothing.")
def command(file: Path, path: Path | None, add_players: bool, dry_run: bool) -> None:  # noqa: FBT001 - options of the command line
    """Import matches that were played elsewhere; they count in the statistics of their players.

    FILE has cases of `python -m dartd.game` as JSON lines (kinds `match` and `game`; `at`: when it was played), or is a score sheet as
    CSV: one row a visit, with the columns player and points, or player, dart1, dart2 and dart3; also match, date, set, leg, darts,
    at_double, start and out. Players are found by the id or the name of their profile.

    With an error in the file nothing is imported. A match that was imported before is left out, so that the same file can be imported
    again. The daemon must not run.
    """
    with reported_errors():
        config = load_config(find_config(path, os.environ), os.environ)
        done = import_results(config, file, add_players=add_players, dry_run=dry_run)
    for line, message in done.errors[:_ERRORS_SHOWN]:
        click.echo(f"{file}:{line}: {message}", err=True)
    if done.errors:
        click.echo(f"{len(done.errors)} errors: nothing was imported", err=True)
        raise SystemExit(1)
    known = f", {done.known} were there already" if done.known else ""
    click.echo(f"{done.matches} matches {'can be' if dry_run else 'were'} imported{known}")
    if done.guests:
        click.echo(f"without a profile, so without statistics: {', '.join(done.guests)}")


def import_results(config: Config, file: Path, *, add_players: bool = False, dry_run: bool = False) -> Summary:
    """Import the results of a file, with a progress bar; blocks.

    Raises:
        StoreError: the store cannot be opened or written, or a daemon runs on it.
    """
    results, errors = _read(file, Days(config.server.timezone))
    journal = Journal.open(config.store_location, config.board.board_id)
    try:
        return asyncio.run(_Import(journal, add_players=add_players, dry_run=dry_run).run(results, errors))
    finally:
        journal.close()


class _Import:
    def __init__(self, journal: Journal, *, add_players: bool, dry_run: bool) -> None:
        self._journal = journal
        self._add_players = add_players
        self._dry_run = dry_run
        self._profiles: dict[str, str | None] = {}
        self._now_s = time.time()

    async def run(self, results: Sequence[_Result], errors: list[tuple[int, str]]) -> Summary:
        """Check everything, then store it."""
        self._profiles = await self._find_profiles({name for result in results for name in result.case.players})
        ids = await self._journal.database.read(lambda connection: [_known(connection, result) for result in results])
        known = sum(is_known for _, is_known in ids)
        new = [(result, match_id) for result, (match_id, is_known) in zip(results, ids, strict=True) if not is_known]
        for result, match_id in _with_bar(new, f"checking {len(new)} matches"):
            try:
                self._check_names(result)
                self._played(result, match_id)
            except (DartdError, ValueError) as error:
                errors.append((result.line, getattr(error, "message", str(error))))
        if not errors and not self._dry_run:
            await self._store(new)
        guests = sorted(name for name, profile in self._profiles.items() if profile is None)
        return Summary(len(new), known, guests, sorted(errors))

    def _check_names(self, result: _Result) -> None:
        for name in result.case.players:
            try:
                msgspec.convert(name, Text)
            except msgspec.ValidationError as error:
                raise ValueError(f"{name[:40]!r} is no name of a player: {error}") from error

    async def _store(self, new: Sequence[tuple[_Result, str]]) -> None:
        if self._add_players:
            for name in sorted(name for name, profile in self._profiles.items() if profile is None):
                self._profiles[name] = await self._add_player(name)
        batches = [new[at : at + _AT_ONCE] for at in range(0, len(new), _AT_ONCE)]
        for batch in _with_bar(batches, f"storing {len(new)} matches"):
            events = [event for result, match_id in batch for event in events_of_result(self._played(result, match_id), self._at(result))]
            await self._journal.append(events, at_s=self._now_s)

    def _played(self, result: _Result, match_id: str) -> PlayedMatch:
        return play_result(result.case, match_id, [self._profiles[name] for name in result.case.players], self._at(result))

    def _at(self, result: _Result) -> str:
        return result.played_at or timestamp_of(self._now_s)

    async def _find_profiles(self, names: set[str]) -> dict[str, str | None]:
        """Return the profile of each name: the one of this id, else the only one of this name."""
        chosen = sa.select(players.c.player_id, players.c.name).where(players.c.deleted.is_(False))
        rows = await self._journal.database.read(lambda connection: connection.execute(chosen).all())
        ids = {row.player_id for row in rows}
        by_name: dict[str, list[str]] = {}
        for row in rows:
            by_name.setdefault(row.name.casefold(), []).append(row.player_id)
        found: dict[str, str | None] = {}
        for name in names:
            same = by_name.get(name.casefold(), [])
            found[name] = name if name in ids else same[0] if len(same) == 1 else None
        return found

    async def _add_player(self, name: str) -> str:
        player_id, at_s = f"p_{secrets.token_hex(6)}", self._now_s
        plain = {"badge_id": None, "group_name": None, "skill_level": None, "boards": "{}", "active": True, "shared": False}
        entry = audit_entry("player.create", "player", player_id)

        def add(connection: sa.Connection) -> Outcome:
            PLAYERS.insert(connection, {"player_id": player_id, "name": name, **plain}, at_s=at_s)
            append_entry(connection, entry)
            payload = msgspec.to_builtins(_profile(player_id, name, timestamp_of(at_s)))
            return Outcome(None, [EntityAdded(entity_type="player", entity_id=player_id, payload=payload, user_id=entry.user_id)])

        (written,) = await self._journal.write([add], at_s=at_s)
        if isinstance(written, Exception):
            raise written
        return player_id


def _profile(player_id: str, name: str, at: str) -> Player:
    return Player(
        player_id=player_id,
        name=name,
        badge_id=None,
        group=None,
        skill_level=None,
        boards=PlayerBoards(),
        preferences=PlayerPreferences(),
        active=True,
        shared=False,
        photo=None,
        created_at=at,
        updated_at=at,
    )


def _known(connection: sa.Connection, result: _Result) -> tuple[str, bool]:
    match_id = f"i_{result.digest[:_ID_CHARACTERS]}"
    return match_id, get_match(connection, match_id) is not None


def _with_bar(items: Sequence[Any], label: str) -> Iterator[Any]:
    with click.progressbar(items, label=label) as bar:
        yield from bar


# Reading.


def _read(file: Path, days: Days) -> tuple[list[_Result], list[tuple[int, str]]]:
    """Return the results of a file, and the lines that are none."""
    content = file.read_bytes()
    reading = _json_lines if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else _csv_rows
    errors: list[tuple[int, str]] = []
    seen: Counter[str] = Counter()
    results: list[_Result] = []
    for line, case in reading(content, errors.append):
        try:
            digest = hashlib.sha256(case).hexdigest()
            seen[digest] += 1  # the same result twice in a file was played twice
            digest = hashlib.sha256(f"{digest} {seen[digest]}".encode()).hexdigest()
            at = msgspec.json.decode(case, type=dict[str, Any]).get("at")
            results.append(_Result(line, read_result(case), None if at is None else _played_at(str(at), days), digest))
        except (DartdError, ValueError, RecursionError) as error:
            errors.append((line, getattr(error, "message", str(error))))
    return results, errors


def _played_at(text: str, days: Days) -> str:
    try:
        if len(text) == len("2026-11-30"):
            return timestamp_of(days.day_of(text))
        moment = datetime.fromisoformat(text)
        return timestamp_of(moment.timestamp() if moment.tzinfo is not None else moment.replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"at: {text[:40]!r} is no time: write 2026-11-30 or 2026-11-30T20:00:00Z") from error


def _json_lines(content: bytes, _refuse: Callable[[tuple[int, str]], None]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            yield number, line.strip()


def _csv_rows(content: bytes, refuse: Callable[[tuple[int, str]], None]) -> Iterator[tuple[int, bytes]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # as spreadsheets of Windows write it
    try:
        for line, case in read_sheets(text.splitlines(keepends=True)):
            yield line, msgspec.json.encode(case)
    except SheetError as error:
        refuse((error.line, str(error)))
