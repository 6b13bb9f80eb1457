"""What a camera sees in one picture."""

import msgspec
from hypothesis import given

from schemas.pipe.sightings import CrossSection
from tests.support.values import values_of


@given(values_of(CrossSection))
def test_cross_sections_are_short_on_the_pipe(section: CrossSection) -> None:
    """Cross-sections are sent by the dozen: they must be encoded as bare numbers, without names."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(section)) == [
        section.u,
        section.v,
        section.half_width,
        section.weight,
        section.hidden,
    ]
