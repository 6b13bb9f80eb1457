"""The number rings of simulated boards differ in kind, and known rigs keep theirs."""

import numpy as np

from workers.sources.simulator.numerals import COLUMNS, KINDS, LOWEST, NumberRing, number_ring_of, number_strip


def test_known_rigs_have_painted_numbers_and_others_all_kinds() -> None:
    """Recordings of low seeds stay as they are; six seeds in a row have six kinds of rings."""
    assert {number_ring_of(seed).kind for seed in range(1, 30)} == {"painted"}
    assert {number_ring_of(seed).kind for seed in range(1000, 1000 + len(KINDS))} == set(KINDS)


def test_missing_numbers_leave_a_gap() -> None:
    """A sector whose number is missing shows nothing, all others do."""
    strip = number_strip(NumberRing(kind="worn", missing=(3, 12)))
    shown = [place for place in range(20) if strip[:, place * COLUMNS : (place + 1) * COLUMNS].any()]

    assert shown == [place for place in range(20) if place not in {3, 12}]


def test_lowered_numbers_stand_upside_down() -> None:
    """The number at the bottom is rotated by half a turn, the one at the top is not."""
    upright, lowered = (number_strip(NumberRing(kind="wire", lowered=count)) for count in (0, 4))
    bottom = slice(LOWEST * COLUMNS, (LOWEST + 1) * COLUMNS)

    assert np.array_equal(upright[:, :COLUMNS], lowered[:, :COLUMNS])
    assert not np.array_equal(upright[:, bottom], lowered[:, bottom])
    assert upright[:, bottom].sum() == lowered[:, bottom].sum()


def test_a_carrier_runs_around_the_ring() -> None:
    """The wire that carries the numbers crosses all sectors."""
    strip = number_strip(NumberRing(kind="bent_wire", carrier=True))

    assert (strip.max(axis=1) > 0).any()
    assert strip.any(axis=0).all()
