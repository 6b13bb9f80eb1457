"""Tests of the sisal of simulated boards."""

import numpy as np
from msgspec.structs import replace

from workers.sources.simulator.rig import rig_of
from workers.sources.simulator.sisal import add_wear, fray

X_MM, Y_MM = (v.astype(np.float32) for v in np.meshgrid(np.arange(-160, 160, 0.5), np.arange(-160, 160, 0.5)))


def _worn(wear: float, holes: int, level: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    light = np.full((*X_MM.shape, 3), level, np.float32)
    add_wear(light, replace(rig_of(4).look, wear=wear, holes=holes), X_MM, Y_MM)
    return light


def test_a_worn_board_is_darker_where_people_aim() -> None:
    """Around the triple 20 a played board has lost light against a new one, at its border hardly any."""
    new, old = _worn(0.0, 0, 0.5), _worn(1.0, 2500, 0.5)
    aimed = np.hypot(X_MM, Y_MM - 103) < 20
    border = (np.abs(X_MM) > 140) & (Y_MM < -100)

    assert old[aimed].mean() < 0.9 * new[aimed].mean()
    assert old[border].mean() > 0.95 * new[border].mean()


def test_holes_are_dark_on_light_beds_and_light_on_dark_ones() -> None:
    """A hole shows on every bed."""
    assert np.quantile(_worn(0.5, 1500, 0.5), 0.002) < 0.35
    assert np.quantile(_worn(0.5, 1500, 0.01), 0.998) > 0.014


def test_borders_fray_by_noise_of_deviation_one() -> None:
    """The noise is the same at each call and has no bias."""
    noise = fray(rig_of(2).look, X_MM, Y_MM)

    assert abs(float(noise.mean())) < 0.1
    assert 0.8 < float(noise.std()) < 1.2
    assert np.array_equal(noise, fray(rig_of(2).look, X_MM, Y_MM))
