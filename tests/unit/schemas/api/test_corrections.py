"""What is sent about corrections."""

import msgspec
import pytest

from schemas.api.corrections import CorrectionDecision, NewCorrection


def test_a_correction_by_position() -> None:
    """Set and leg may be left out."""
    asked = msgspec.convert({"type": "insert", "match_id": "m1", "visit": 2, "dart": 1, "label": "T20"}, NewCorrection)

    assert (asked.set, asked.leg, asked.visit, asked.dart) == (None, None, 2, 1)
    assert CorrectionDecision().reason is None


@pytest.mark.parametrize("body", [{"type": "swap"}, {"type": "change", "visit": 0}, {"type": "change", "bed": "T20"}, {}])
def test_what_is_none(body: object) -> None:
    """Other types, positions and fields are refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, NewCorrection)
