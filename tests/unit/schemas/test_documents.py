"""The published JSON Schemas."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base import Event
from schemas.codec import encode_wire
from schemas.documents import PUBLISHED, documents, name_of, render, write
from schemas.events import JournalledEvent, LiveEvent
from tests.support.values import values_of
from tests.support.waiting import DEADLINE_S

_JOURNALLED: tuple[type[Event], ...] = get_args(JournalledEvent)
_LIVE: tuple[type[Event], ...] = get_args(LiveEvent)
_DOCUMENTS = documents()
_VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in _DOCUMENTS.items()}
_TIMESTAMP = "2026-11-20T18:42:24.123Z"
_HEADER: dict[str, str | int] = {"seq": 7, "event_id": "e7", "board_id": "main", "topic": "board:main", "timestamp": _TIMESTAMP}


def _header_of(event: type[Event]) -> dict[str, str | int]:
    return _HEADER if event in _JOURNALLED else {"timestamp": _TIMESTAMP}


def test_published_schemas_are_fresh() -> None:
    """What is published must be what the types say now; `make schemas` writes it."""
    published = {path.stem: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*.json")}

    assert published == {name: render(schema) for name, schema in _DOCUMENTS.items()}


def test_every_event_has_its_schema_and_its_id() -> None:
    """Each event of the wire must be described under its own name and id, and all of them in the union."""
    names = [name_of(event) for event in (*_JOURNALLED, *_LIVE)]

    assert sorted(_DOCUMENTS) == sorted([*names, "events"])
    assert len({schema["$id"] for schema in _DOCUMENTS.values()}) == len(_DOCUMENTS)
    assert [part["$ref"] for part in _DOCUMENTS["events"]["oneOf"]] == [f"#/$defs/{name}" for name in names]


@pytest.mark.parametrize("name", sorted(_DOCUMENTS))
def test_schema_is_valid_itself(name: str) -> None:
    """Every document must be a JSON Schema of 2020-12, described in words."""
    jsonschema.Draft202012Validator.check_schema(_DOCUMENTS[name])

    assert _DOCUMENTS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert len(_DOCUMENTS[name]["description"]) > 10


@pytest.mark.slow
@pytest.mark.parametrize("event", [*_JOURNALLED, *_LIVE], ids=name_of)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_bytes_of_the_wire_fit_the_schema(event: type[Event], data: st.DataObject) -> None:
    """Whatever an event holds, its bytes must fit its own schema and that of the union."""
    wire = json.loads(encode_wire(data.draw(values_of(event)), _header_of(event)))

    assert not list(_VALIDATORS[name_of(event)].iter_errors(wire))
    assert not list(_VALIDATORS["events"].iter_errors(wire))


@pytest.mark.parametrize("key", ["event_type", *_HEADER, "dart_id", "removed"])
def test_event_without_a_field_does_not_fit(key: str) -> None:
    """A missing header field or a missing field of its own must be found by the schema."""
    wire: dict[str, Any] = {
        "event_type": "dart_bounce_out",
        **_HEADER,
        "dart_id": "d1",
        "visit_id": "v1",
        "dart_position": {"x_mm": 1.0, "y_mm": 2.0},
        "time_on_board_ms": 400,
    }
    fits = not list(_VALIDATORS["dart_bounce_out"].iter_errors(wire))
    wire.pop(key, None)
    still_fits = not list(_VALIDATORS["dart_bounce_out"].iter_errors(wire))

    assert fits
    assert still_fits == (key == "removed")


def test_live_events_carry_no_seq() -> None:
    """What is sent to one client only must have no place in the stream."""
    assert not [name_of(event) for event in _LIVE if "seq" in _DOCUMENTS[name_of(event)]["properties"]]
    assert not [name_of(event) for event in _JOURNALLED if "seq" not in _DOCUMENTS[name_of(event)]["required"]]


def test_writing_removes_what_is_no_more(tmp_path: Path) -> None:
    """The schema of an event that was given up must go when the others are written."""
    (tmp_path / "given_up.json").write_text("{}")
    write(tmp_path)

    assert {path.stem for path in tmp_path.iterdir()} == set(_DOCUMENTS)


def test_command_writes_next_to_the_module(tmp_path: Path) -> None:
    """`python -m schemas.documents` must write every schema into published/ next to the module."""
    shutil.copytree(PUBLISHED.parent, tmp_path / "schemas", ignore=shutil.ignore_patterns("published", "__pycache__"))
    subprocess.run([sys.executable, "-m", "schemas.documents"], check=True, timeout=DEADLINE_S, cwd=tmp_path)

    assert {path.stem for path in (tmp_path / "schemas" / "published").iterdir()} == set(_DOCUMENTS)
