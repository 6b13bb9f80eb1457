"""Answers to cases by their kind, and refusals."""

import msgspec
import pytest

from dartd.game.cases.answer import KINDS, answer


def test_a_case_keeps_its_id() -> None:
    """The answer has the id and the result, with corrections also `corrected`."""
    case = {"id": 7, "game": "x01", "players": ["A"], "visits": [{"player": "A", "darts": ["20"]}]}
    order = {"op": "delete", "visit": 1, "dart": 1}

    assert set(answer(msgspec.json.encode(case))) == {"id", "result"}
    assert set(answer(msgspec.json.encode({**case, "corrections": [order]}))) == {"id", "result", "corrected"}
    assert answer(msgspec.json.encode(case))["id"] == 7


@pytest.mark.parametrize(("line", "message"), [
    (b"{", "truncated"),
    (b"[]", "object"),
    (b'{"id": 1, "kind": ' + b"[" * 100_000, "recursion"),
    (b'{"id": 1, "rules": ' + b"[" * 100_000, "recursion"),
    (b'{"id": 1, "kind": "poker"}', "poker"),
    (b'{"id": 1, "game": "poker", "players": ["A"]}', "poker"),
    (b'{"id": 1, "players": ["A"], "visits": [{"player": "A", "darts": ["T21"]}]}', "T21"),
    (b'{"id": 1, "kind": "flow", "players": ["A"], "format": {"legs": 0}}', "legs"),
])  # fmt: skip
def test_a_case_that_is_wrong_is_answered_with_an_error(line: bytes, message: str) -> None:
    """Nothing that a case contains ends the run."""
    refused = answer(line)

    assert set(refused) == {"id", "error"}
    assert message in refused["error"]


def test_each_kind_answers() -> None:
    """Every kind is known by its name."""
    assert {"game", "match", "stats", "flow"} <= set(KINDS)
