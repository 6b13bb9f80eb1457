"""The subjects of a venue."""

import pytest

from dartd.outlets.nats import subjects
from dartd.outlets.nats.subjects import BoardAddress, JournalPosition, address_of, position_of


def test_a_subject_names_its_board() -> None:
    """What is published must be found again by its subject, and commands must not be in the stream."""
    assert address_of(subjects.event_subject("main", "b1", "dart_hit")) == BoardAddress("b1", "dart_hit")
    assert address_of(subjects.event_subject("main", "b1", "ADDED", "p1")) == BoardAddress("b1", "ADDED")
    assert subjects.player_subject("main", "b1", "p1") == "dartd.main.b1.*.p1"
    assert address_of(subjects.report_subject("main", "b1")) == BoardAddress("b1", subjects.REPORT)
    assert not subjects.command_subject("main", "b1").startswith("dartd.")
    assert subjects.board_subject("main", "b1").startswith(subjects.venue_subject("main").removesuffix(">"))


@pytest.mark.parametrize("subject", ["dartd.main.b1", "other.main.b1.dart_hit", "dartd.a.b.c.d.e"])
def test_other_subjects_are_of_no_board(subject: str) -> None:
    """A message that is none of ours must not be taken for one."""
    assert address_of(subject) is None


@pytest.mark.parametrize(
    ("headers", "position"),
    [
        ({"Nats-Msg-Id": "abc-12"}, JournalPosition("abc", 12)),
        ({"Dartd-Position": "a-b-0"}, JournalPosition("a-b", 0)),
        ({"Nats-Msg-Id": "abc"}, None),
        ({"Nats-Msg-Id": "-7"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_headers_carry_the_position(headers: dict[str, str] | None, position: JournalPosition | None) -> None:
    """Events and reports must say how far the journal of the board is."""
    assert position_of(headers) == position
