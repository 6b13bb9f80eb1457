"""Tests of addresses of simulated cameras."""

import pytest

from workers.sources.errors import SourceError
from workers.sources.simulator.address import Address, parse_address
from workers.sources.simulator.script import Script


def test_an_address_is_read() -> None:
    """Every parameter of the URL is taken over; what is left out has a default."""
    assert parse_address("sim:?rig=4&seed=7&story=tc8_3&camera=2&epoch=12.5") == Address(
        rig=4, seed=7, script="tc8_3", camera=2, epoch_s=12.5
    )
    assert parse_address("sim:?story=mixed&unusual=0.5").played == Script(name="mixed", seed=1, unusual=0.5)
    assert parse_address("sim:") == Address()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("file:x", "simulator"),
        ("sim:?rig=x", "rig"),
        ("sim:?seed=-1", "seed"),
        ("sim:?story=unheard", "unheard"),
        ("sim:?camera=3", "camera"),
        ("sim:?epoch=soon", "epoch"),
        ("sim:?epoch=inf", "epoch"),
        ("sim:?unusual=often", "unusual"),
        ("sim:?color=red", "color"),
    ],
)
def test_a_wrong_address_is_refused_by_name(url: str, word: str) -> None:
    """The message names what is wrong."""
    with pytest.raises(SourceError, match=word):
        parse_address(url)
