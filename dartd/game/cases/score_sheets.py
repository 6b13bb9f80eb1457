"""Score sheets as CSV, one row a visit, read as cases of matches."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from dartd.game.rules import SLOTS

# What a column may be called. A sheet needs a player and either points or darts.
_NAMES: Final = {
    "match": ("match", "match_id", "game_id", "id"),
    "date": ("date", "at", "time", "timestamp", "played_at"),
    "set": ("set",),
    "leg": ("leg",),
    "player": ("player", "name", "thrower"),
    "points": ("points", "score", "total", "visit_score"),
    "darts_used": ("darts", "darts_used", "darts_thrown"),
    "darts_at_double": ("at_double", "darts_at_double", "doubles_attempted"),
    "dart1": ("dart1", "dart_1"),
    "dart2": ("dart2", "dart_2"),
    "dart3": ("dart3", "dart_3"),
    "start": ("start", "start_score", "starting_score"),
    "out": ("out", "out_rule"),
}
_DARTS: Final = ("dart1", "dart2", "dart3")
_NOT_THROWN: Final = {"", "-"}


class SheetError(ValueError):
    """A row cannot be read; `line` is its line in the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_sheets(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each match of a file, as a case of kind `match`, with the line that it begins at.

    Rows of a match stand together; without a column for matches all rows are one match.

    Raises:
        SheetError: a column is missing, or a row cannot be read.
    """
    text = iter(lines)
    header = next(text, "").lstrip("\ufeff")
    delimiter = max(",;\t", key=header.count)
    columns = _columns(next((row for _, row in _rows([header], delimiter)), []))
    first, match, visits = 2, None, list[tuple[int, dict[str, str]]]()
    for number, row in _rows(text, delimiter):
        line = number + 1
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        if visits and cells.get("match", "") != match:
            yield first, _case(visits)
            visits = []
        if not visits:
            first, match = line, cells.get("match", "")
        visits.append((line, cells))
    if visits:
        yield first, _case(visits)


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its last line."""
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:  # a quotation mark without its end makes one cell of the rest of the file
        raise SheetError(rows.line_num + 1, f"the row cannot be read: {error}") from error


def _columns(header: list[str]) -> dict[str, int]:
    titles = [title.strip().lower().replace(" ", "_") for title in header]
    found = {name: titles.index(title) for name, known in _NAMES.items() for title in known if title in titles}
    if "player" not in found:
        raise SheetError(1, "there is no column `player`: the first line must name the columns")
    if "points" not in found and "dart1" not in found:
        raise SheetError(1, "there is neither a column `points` nor columns `dart1`, `dart2` and `dart3`")
    return found


def _case(rows: list[tuple[int, dict[str, str]]]) -> dict[str, Any]:
    legs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    players: list[str] = []
    for line, cells in rows:
        player = cells.get("player", "")
        if not player:
            raise SheetError(line, "the player is missing")
        if player not in players:
            players.append(player)
        legs.setdefault((cells.get("set", ""), cells.get("leg", "")), []).append(_visit(line, player, cells))
    line, first = rows[0]
    rules: dict[str, Any] = {"start": _number(line, "start", first, 501)}
    if first.get("out"):
        rules["out"] = first["out"].lower()
    return {
        "kind": "match",
        "id": first.get("match") or None,
        "at": first.get("date") or None,
        "players": players,
        "format": {"goal": "fixed", "legs": len(legs)},
        "legs": [{"rules": rules, "visits": visits} for visits in legs.values()],
    }


def _visit(line: int, player: str, cells: Mapping[str, str]) -> dict[str, Any]:
    darts = [cells[name] for name in _DARTS if cells.get(name, "") not in _NOT_THROWN]
    if darts:
        return {"player": player, "darts": darts}
    if cells.get("points", "") in _NOT_THROWN:
        raise SheetError(line, "the points are missing")
    visit = {
        "player": player,
        "points": _number(line, "points", cells, 0),
        "darts_used": _number(line, "darts_used", cells, SLOTS),
    }
    at_double = _number(line, "darts_at_double", cells, None)
    return visit if at_double is None else {**visit, "darts_at_double": at_double}


def _number(line: int, name: str, cells: Mapping[str, str], default: int | None) -> int | None:
    text = cells.get(name, "")
    if text in _NOT_THROWN:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > len("10001"):
        raise SheetError(line, f"{name}: {text[:20]!r} is no number")
    return int(text)
