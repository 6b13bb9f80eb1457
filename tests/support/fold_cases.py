"""The table of cases that every fold of the board's events is run against, made by the board's own fold.

A case is a script of what happens at a board. Each step holds the events as clients receive them, and what the board shows behind them:
its snapshot. A client that folds the events must show the same.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from schemas.base import DartId
from schemas.codec import encode_wire
from schemas.commands import CorrectDart, ResetBoard, SignOnPlayer, StopBoard
from schemas.events import BoardEvent
from schemas.geometry import Axis3
from tests.support.board import Scene

D1, D2 = DartId("main-d000001"), DartId("main-d000002")


class Case(NamedTuple):
    """A script by its name."""

    name: str
    script: tuple[Callable[[Scene], object], ...]


def _throw(*labels: str) -> Callable[[Scene], object]:
    return lambda scene: scene.throw(*labels)


def _correct(operation: Any, **fields: Any) -> Callable[[Scene], object]:
    return lambda scene: scene.command(CorrectDart(operation=operation, **fields))


def _take_all(scene: Scene) -> object:
    return scene.take_all()


def _fall(scene: Scene) -> object:
    return scene.fall(scene.standing[0])


THREE = (_throw("T20"), _throw("S5"), _throw("D16"))
CASES = (
    Case("visit", (*THREE, _take_all, _throw("T19"))),
    Case("bounce-out in a running visit", (_throw("T20"), _fall, _throw("S1"))),
    Case("bounce-out after the third dart", (*THREE, _fall)),
    Case("correction in a running visit", (_throw("T20"), _correct("change", dart_id=D1, label="S20"), _throw("S1"))),
    Case("deletion in a running visit", (_throw("T20"), _throw("T19"), _correct("delete", dart_id=D1), _throw("S1"))),
    Case("insertion that completes", (_throw("T20", "T20"), _correct("insert", label="T20"), _take_all)),
    Case("deletion of all", (_throw("T20"), _correct("delete", dart_id=D1), _take_all, _throw("S3"))),
    Case("correction of the visit before", (*THREE, _take_all, _correct("change", dart_id=D2, label="T5"), _throw("T19"))),
    Case("correction of the visit before in the next", (*THREE, _take_all, _throw("T19"), _correct("change", dart_id=D2, label="T5"))),
    Case("miss and unscored dart", (lambda scene: scene.still(flight=True), lambda scene: scene.still(unlocalised=True), _throw("T20"))),
    Case("fourth dart", (*THREE, _throw("T20"), _take_all)),
    Case("moved dart", (_throw("T20"), lambda scene: scene.still("S5", moved=((D1, Axis3(x_mm=1.0, y_mm=100.0)),)))),
    Case("partial takeout and adoption", (*THREE, lambda scene: scene.moving(hand=True), _fall, lambda scene: scene.wait(60.0))),
    Case("reset in a visit", (_throw("T20"), lambda scene: scene.command(ResetBoard()), _throw("S1"))),
    Case("reset twice", (lambda scene: scene.command(ResetBoard()), lambda scene: scene.command(ResetBoard()))),
    Case("sign-on in a visit", (_throw("T20"), lambda scene: scene.command(SignOnPlayer(player_id="ann")), _take_all, _throw("S1"))),
    Case("sign-on before a visit", (lambda scene: scene.command(SignOnPlayer(player_id="ann")), *THREE, _take_all)),
    Case("stop", (_throw("T20"), lambda scene: scene.command(StopBoard()))),
    Case("next sequence", (*THREE, lambda scene: scene.sequence(), _throw("S1"))),
)


def shown(scene: Scene) -> dict[str, Any]:
    """Return what a client must show: state, status, darts, visit and player of the board."""
    machine = scene.machine
    return {
        "state": machine.state,
        "status": machine.status,
        "darts": [msgspec.to_builtins(dart.on_board()) for dart in machine.darts],
        "visit": json.loads(msgspec.json.encode(machine.visit)),
        "player_id": machine.memory.player_id,
    }


def snapshot_of(scene: Scene) -> dict[str, Any]:
    """Return the snapshot that a client of the board begins with."""
    return {"event_type": "snapshot", "timestamp": "", "board_id": "main", "last_seq": 0, "cameras": [], **shown(scene)}


def received(event: BoardEvent, seq: int) -> dict[str, Any]:
    """Return an event as a client receives it."""
    message: dict[str, Any] = json.loads(encode_wire(event, {"seq": seq, "board_id": "main", "topic": "board:main", "timestamp": ""}))
    return message


def table() -> list[dict[str, Any]]:
    """Play every case, and return for each its name, the first snapshot, and its steps: messages and what is shown behind them."""
    rows = []
    for case in CASES:
        scene = Scene()
        first, steps, seq = snapshot_of(scene), [], 0
        for action in case.script:
            before = len(scene.events)
            action(scene)
            messages = [received(event, seq + k) for k, (event, _) in enumerate(scene.events[before:], 1)]
            seq += len(messages)
            steps.append({"messages": messages, "shown": shown(scene)})
        rows.append({"name": case.name, "snapshot": first, "steps": steps})
    return rows
