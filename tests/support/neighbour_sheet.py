"""The rows of the sheet that clients of other boards rely on, and what the frames of each interface must be; pure.

Written from the sheet alone (README of `dartd/outlets/compat`), not from the code that serves it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

STATUS: Final = {"Throw", "Takeout", "Takeout in progress", "Starting", "Stopping", "Stopped", "Calibrating", "Error", "Offline", "Setup"}
EVENTS: Final = {
    "Throw detected", "Takeout started", "Takeout finished", "Manual reset", "Started", "Stopped", "Starting", "Stopping",
    "Calibration started", "Calibration finished", "Calibration failed",
}  # fmt: skip
MOTION: Final = {"isWaiting", "isStable", "isDart", "isHand", "isTakeoutPartial", "isTakeoutFull"}
BEDS: Final = {"Single": 1, "SingleInner": 1, "SingleOuter": 1, "Double": 2, "Triple": 3, "Outside": 0}
VERSION: Final = re.compile(r"v?\d{1,4}(\.\d{1,6}){0,3}([-+]\S+)?")
BOARD_STATUS: Final = {
    "Takeout Started", "Takeout Finished", "Manual reset", "Board Started", "Board Stopped", "Calibration Started", "Calibration Finished",
}  # fmt: skip
CALLER_GAME: Final = {
    "dart-thrown": {"mode", "dartNumber", "dartValue", "fieldName", "fieldNumber", "fieldMultiplier", "pointsLeft"},
    "darts-thrown": {"mode", "pointsLeft", "dartNumber", "dartValue"},
    "darts-pulled": {"mode", "pointsLeft", "dartsThrown", "dartsThrownValue", "busted"},
    "busted": {"mode"},
    "match-started": {"mode"},
    "game-started": {"mode"},
    "game-won": {"mode", "dartsThrownValue"},
    "match-won": {"mode", "dartsThrownValue"},
}
LIVE_STATUS: Final = {"throw", "takeout", "stopped", "connecting", "camera_error", "no_live_capture"}
LIVE_EVENTS: Final = {
    "hello", "snapshot", "throw_detected", "throw_corrected", "visit_complete", "manual_reset", "takeout_started", "takeout_cancelled",
    "started", "stopped", "connecting", "camera_error", "camera_error_cleared",
}  # fmt: skip
RINGS: Final = {"treble": 3, "double": 2, "single_inner": 1, "single_outer": 1, "bull": 2, "outer_bull": 1, "miss": 0, "": 0}
_SEGMENT: Final = re.compile(r"(?P<bed>[TDS])(?P<number>\d+)|25|Bull|M(?P<off>\d+)|Miss")
_SSE_LABEL: Final = re.compile(r"[TDS]\d+|SB|DB|Miss")


class Sheet:
    """How often each row was checked, and what was wrong."""

    def __init__(self) -> None:
        self.checked: Counter[str] = Counter()
        self.wrong: dict[str, Counter[str]] = {}

    def check(self, row: str, what: str, *, holds: object, shown: object = "") -> bool:
        """Note that a row was checked; `what` names the rule, `shown` is an example of what broke it."""
        self.checked[row] += 1
        if not holds:
            self.wrong.setdefault(row, Counter())[f"{what} {shown}"[:300]] += 1
        return bool(holds)

    def table(self, rows: Sequence[str]) -> list[str]:
        """Return the table of these rows and of all others that were checked: checks, breaches, and examples of them."""
        names = [*rows, *(row for row in self.checked if row not in rows)]
        texts = ["| row | checks | wrong | what |", "|---|---|---|---|"]
        for row in names:
            found = self.wrong.get(row, Counter())
            texts.append(
                f"| {row} | {self.checked[row]} | {found.total()} | {'; '.join(f'{n} × {each}' for each, n in found.most_common(3))} |"
            )
        return texts

    def failed(self, rows: Sequence[str]) -> list[str]:
        """Return the rows that were broken, or never checked."""
        return [row for row in rows if not self.checked[row] or row in self.wrong]


def is_text(value: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


# Autodarts


def check_state(sheet: Sheet, state: Mapping[str, Any]) -> None:
    """Check one `state` by itself."""
    throws = state.get("throws", [])
    sheet.check(
        "1 state", "connected and running are bools", holds=state.get("connected") is True and isinstance(state.get("running"), bool)
    )
    sheet.check("1 state", "numThrows counts the throws, three at most", holds=state.get("numThrows") == len(throws) <= 3, shown=state)
    sheet.check("1 status", "is one of ten", holds=state.get("status") in STATUS, shown=state.get("status"))
    sheet.check("1 status", "running is what the status says", holds=state["running"] == (state["status"] != "Stopped"), shown=state)
    sheet.check("1 event", "is one of eleven", holds=state.get("event") in EVENTS, shown=state.get("event"))
    held = state.get("status") == "Takeout in progress" and not throws
    sheet.check("1 order", "no takeout in progress without a throw", holds=not held, shown=state)
    for throw in throws:
        segment = throw["segment"]
        sheet.check("1 segment", "name, number, bed and multiplier agree", holds=_agrees(segment), shown=segment)
        if "coords" in throw:
            point = throw["coords"]
            finite = all(isinstance(point[axis], int | float) and math.isfinite(point[axis]) for axis in "xy")
            sheet.check(
                "1 coords", "are finite, 1.0 is the outer wire", holds=finite and math.hypot(point["x"], point["y"]) < 2.5, shown=point
            )
        sheet.check("1 throws", "bouncer is true or left out", holds=throw.get("bouncer", True) is True)


def _agrees(segment: Mapping[str, Any]) -> bool:
    name, number, bed, multiplier = (segment[key] for key in ("name", "number", "bed", "multiplier"))
    found = _SEGMENT.fullmatch(name)
    if found is None or BEDS.get(bed) != multiplier:
        return False
    if name in {"25", "Bull"}:
        return bool(number == 25 and multiplier == (1 if name == "25" else 2))
    if bed == "Outside":
        return bool(number == int(found["off"] or 0))
    return bool(found["bed"] == bed[0] and int(found["number"]) == number and 1 <= number <= 20)


def names_of(state: Mapping[str, Any]) -> list[str]:
    """Return the names of the throws of a `state`."""
    return [each["segment"]["name"] for each in state.get("throws", [])]


def points_of(state: Mapping[str, Any] | None) -> int:
    """Return the points of the throws of a `state`."""
    return sum(each["segment"]["number"] * each["segment"]["multiplier"] for each in (state or {}).get("throws", []))


def check_order(sheet: Sheet, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Check a `state` against the one before it; return whether it has a new dart."""
    old, new = before["throws"], now["throws"]
    event, status = now["event"], now["status"]
    shown = f"{before['event']}/{before['status']} {names_of(before)} → {event}/{status} {names_of(now)}"

    def check(what: str, holds: object) -> None:
        sheet.check("1 order", what, holds=holds, shown=shown)

    sheet.check("1 repeats", "no state twice", holds=before != now, shown=shown)
    if len(new) > len(old):
        check("a dart at a time, with Throw detected", len(new) == len(old) + 1 and event == "Throw detected")
        check("status Throw, at the third dart Takeout", status in ({"Takeout", "Throw"} if len(new) == 3 else {"Throw"}))
        sheet.check("1 repeats", "standing darts are the same to the digit", holds=new[: len(old)] == old, shown=f"{old} {new}")
        point, segment = new[-1].get("coords", {"x": 0.0, "y": 0.0}), new[-1]["segment"]
        holds = (math.hypot(point["x"], point["y"]) < 1.02) == (segment["multiplier"] > 0) or "coords" not in new[-1]
        sheet.check("1 coords", "of a new dart that scores, and of it alone, are within the doubles", holds=holds, shown=new[-1])
        return True
    if len(new) < len(old):
        is_over = event in {"Takeout finished", "Manual reset"}
        check(
            "darts go at the end of the takeout or by a reset, one alone by a correction", not new if is_over else len(new) == len(old) - 1
        )
        check("Takeout finished comes after Takeout started", event != "Takeout finished" or before["event"] == "Takeout started")
        check("Takeout finished is status Throw", event != "Takeout finished" or status == "Throw")
        return False
    changed = [k for k in range(len(new)) if new[k] != old[k]]
    sheet.check("1 throws", "a correction or a fall replaces its entry alone", holds=len(changed) <= 1, shown=shown)
    moved = [k for k in changed if new[k].get("coords") != old[k].get("coords")]
    sheet.check("1 repeats", "coordinates never change", holds=not moved, shown=f"{old} {new}")
    if event == "Takeout started" and before["event"] != event:
        check("a hand is Takeout in progress with the throws still there", status == "Takeout in progress" and new and not changed)
    if before["event"] == "Takeout started" and event == "Throw detected" and not changed:
        check("after a false takeout the visit comes again with status Throw", status == "Throw")
    return False


# darts-caller


def check_caller(sheet: Sheet, message: Mapping[str, Any]) -> None:
    """Check a message of darts-caller's feed by itself."""
    event = str(message.get("event"))
    if event == "Board Status":
        sheet.check("2 Board Status", "is one of seven", holds=message["data"].get("status") in BOARD_STATUS, shown=message)
        return
    kind = "dart-thrown" if re.fullmatch("dart[123]-thrown", event) else event
    row = {"dart-thrown": "2 dartN-thrown", "darts-thrown": "2 darts-thrown", "darts-pulled": "2 darts-pulled"}.get(kind, "2 game messages")
    sheet.check(row, "is a known message", holds=kind in CALLER_GAME, shown=message)
    game = message.get("game", {})
    sheet.check(row, "has the fields", holds=set(game) >= CALLER_GAME.get(kind, set()), shown=message)
    sheet.check(row, "has texts", holds=all(map(is_text, game.values())) and is_text(message.get("playerIndex")), shown=message)
    sheet.check(row, "names a player", holds=is_text(message.get("player")) and message["player"], shown=message)
    if "dartValue" in game:
        sheet.check(row, "has a value from 0 to 180", holds=0 <= int(game["dartValue"]) <= 180, shown=message)
    if kind == "dart-thrown":
        sheet.check(row, "names its dart", holds=event == f"dart{game['dartNumber']}-thrown", shown=message)
        value = int(game["fieldNumber"]) * int(game["fieldMultiplier"])
        sheet.check(row, "has number times multiplier", holds=int(game["dartValue"]) == value, shown=message)


# arudart


def check_sse(sheet: Sheet, name: str, data: Mapping[str, Any]) -> None:
    """Check a server-sent event of arudart by itself."""
    match name:
        case "dart_scored":
            holds = data.keys() == {"dart_number", "label", "points"} and data["dart_number"] in {1, 2, 3} and is_sse_dart(data)
            sheet.check("3 dart_scored", "has number, label and points", holds=holds, shown=data)
        case "round_complete":
            throws = data.get("throws", [])
            whole = [each.get("dart_number") for each in throws] == [1, 2, 3] and all(map(is_sse_dart, throws))
            sheet.check("3 round_complete", "has three throws", holds=whole, shown=data)
            sheet.check("3 round_complete", "has their sum", holds=data.get("total") == sum(each["points"] for each in throws), shown=data)
        case _:
            holds = (name, data) == ("darts_removed", {"message": "Ready for next round"})
            sheet.check("3 darts_removed", "is as the original", holds=holds, shown=f"{name} {data}")


def is_sse_dart(dart: Mapping[str, Any]) -> bool:
    """Return whether label and points of a dart agree."""
    label, points = str(dart.get("label")), dart.get("points")
    if _SSE_LABEL.fullmatch(label) is None:
        return False
    fixed = {"SB": 25, "DB": 50, "Miss": 0}
    return points == (fixed[label] if label in fixed else int(label[1:]) * {"S": 1, "D": 2, "T": 3}[label[0]])


# opendarts


def check_live(sheet: Sheet, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Check a message of opendarts against the one before it."""
    if now.get("type") == "THROW_DETECTED":
        keys = {"visit_id", "visit_index", "sector", "ring", "ok", "captured_at_utc", "emitted_at_utc", "ts"}
        sheet.check("4 THROW_DETECTED", "has the fields", holds=now.keys() >= keys and now["ring"] in RINGS, shown=now)
        return
    keys = {"type", "event", "running", "status", "visit", "n_darts", "darts", "at"}
    sheet.check("4 state", "is whole", holds=now.keys() >= keys and now["type"] == "state", shown=now)
    sheet.check("4 state", "has a known status and event", holds=now["status"] in LIVE_STATUS and now["event"] in LIVE_EVENTS, shown=now)
    sheet.check("4 state", "counts its darts", holds=now["n_darts"] == len(now["darts"]) <= 3, shown=now)
    is_dart = now["event"] == "throw_detected"
    sheet.check("4 THROW_DETECTED", "comes just before the state", holds=is_dart == (before.get("type") == "THROW_DETECTED"), shown=now)
    if is_dart:
        raw = (before.get("visit_id"), before.get("visit_index"), before.get("sector"), before.get("ring"))
        last = now["darts"][-1]
        sheet.check(
            "4 THROW_DETECTED", "is its last dart", holds=raw == (now["visit"], now["n_darts"] - 1, last["sector"], last["ring"]), shown=raw
        )
    for dart in now["darts"]:
        holds = dart["ring"] in RINGS and dart["value"] == dart["sector"] * RINGS[dart["ring"]] and is_text(dart["captured_at_utc"])
        sheet.check("4 dart", "has label, sector, ring, value and time", holds=holds and is_live_label(dart), shown=dart)
    if now["event"] == "snapshot" and before.get("type") == "state":
        same = all(before[key] == now[key] for key in ("running", "status", "visit", "darts"))
        sheet.check("4 state", "comes when it differs or is named", holds=not same, shown=now)


def is_live_label(dart: Mapping[str, Any]) -> bool:
    """Return whether the label of a dart of opendarts is that of its bed."""
    letters = {"treble": "T", "double": "D", "single_inner": "S", "single_outer": "S"}
    fixed = {"bull": "BULL", "outer_bull": "25", "miss": "MISS", "": "failed to score"}
    ring = dart["ring"]
    return bool(dart["label"] == (fixed[ring] if ring in fixed else f"{letters[ring]}{dart['sector']}"))


def check_recent(sheet: Sheet, answer: Mapping[str, Any], running: str | None) -> None:
    """Check the last visits of opendarts, while the visit `running` runs."""
    visits = answer["visits"]
    row = "4 GET /api/live/recent"
    sheet.check(row, "has its fields", holds=answer.keys() == {"visits", "count", "limit", "buffer_max"} and answer["count"] == len(visits))
    sheet.check(
        row, "is in order", holds=[each["completed_at_utc"] for each in visits] == sorted(each["completed_at_utc"] for each in visits)
    )
    for each in visits:
        whole = each["n_darts"] == len(each["darts"]) > 0 and each["total"] == sum(dart["value"] for dart in each["darts"])
        sheet.check(row, "has whole visits", holds=whole and each["reason"] in {"takeout", "manual_reset"}, shown=each)
        sheet.check(row, "leaves the running visit out", holds=each["visit"] != running, shown=each["visit"])


# What the journal says that clients must have received.

NAMES: Final[dict[str, Callable[[str], str]]] = {
    "autodarts": lambda label: {"BULL": "Bull", "MISS": "Miss", "?": "Miss"}.get(label, label),
    "caller": lambda label: {"BULL": "Bull", "MISS": "Miss", "?": "Miss"}.get(label, label),
    "arudart": lambda label: {"BULL": "DB", "25": "SB"}.get(label, "Miss" if label[0] in "M?" else label),
    "opendarts": lambda label: {"?": "failed to score"}.get(label, "MISS" if label[0] == "M" else label),
}


def thrown_label(event: Mapping[str, Any]) -> str | None:
    """Return the label of a throw that takes a slot; None if an event is none."""
    if not event.get("dart_number"):
        return None
    match event["event_type"]:
        case "dart_hit":
            return str(event["score"]["label"])
        case "throw_miss":
            return "MISS"
        case "dart_unscored":
            return "?"
        case _:
            return None


def has_run(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Return whether `part` stands somewhere in `whole`, in one piece."""
    return any(list(whole[k : k + len(part)]) == list(part) for k in range(len(whole) - len(part) + 1))
