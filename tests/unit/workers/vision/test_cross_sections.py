"""Tests of the cross-sections of darts in a difference."""

import numpy as np

from tests.support.scene import HEIGHT, WIDTH, dart, off_line_px, outlook
from workers.sources.simulator.darts import DartPose
from workers.vision.cross_sections import CrossSections, UprightPatch, cross_sections, upright_patch

NOTHING_KNOWN = np.zeros((HEIGHT, WIDTH), np.uint8)
PUSHED, NEW = (dart(x, y, slope_x=-0.05, slope_y=0.15, design=2) for x, y in ((-60, -90), (-54, -92)))


def test_two_darts_that_merge_where_one_was_pushed_are_measured_by_their_outer_edges() -> None:
    """A change as wide as two barrels is no dart, but where one was pushed each of its outer edges is that of one."""
    look = outlook(1, 1)
    change = look.difference((), PUSHED, NEW)
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)

    def measured(pushed: np.ndarray | None) -> tuple[CrossSections, np.ndarray, np.ndarray]:
        patch = upright_patch(change, (NOTHING_KNOWN, pushed), change.changed, look.projection, 0.0)
        cuts = cross_sections(patch)
        wide = cuts.hidden != 0
        back = np.linalg.inv(np.vstack([patch.to_patch, [0, 0, 1]]))[:2]
        pixels = np.column_stack([cuts.middle, cuts.row]) @ back[:, :2].T + back[:, 2]
        return cuts, pixels[wide], cuts.hidden[wide]

    def off_px(pixels: np.ndarray, one: DartPose) -> float:
        foot, head = look.seen(one, 0.0, 60.0)
        return float(np.quantile(off_line_px(pixels, foot, head), 0.3))

    _, none, _ = measured(None)
    _, pixels, sides = measured(everywhere)
    assert len(none) == 0
    assert set(sides.tolist()) == {-1, 1}
    assert max(min(off_px(pixels[sides == side], one) for side in (-1, 1)) for one in (PUSHED, NEW)) < 2.5


def _ridge(magnitude: np.ndarray, px_per_mm: float) -> UprightPatch:
    """Return a patch with this change (rows, columns), all of it above a threshold of 9 levels."""
    nothing = np.zeros(magnitude.shape, np.uint8)
    changed = np.where(magnitude > 9, 255, 0).astype(np.uint8)
    threshold = np.full(magnitude.shape, 9, np.float32)
    return UprightPatch(np.eye(2, 3), magnitude.astype(np.float32), threshold, changed, nothing, None, px_per_mm)


def test_a_barrel_is_measured_where_blur_makes_its_change_wider_than_a_barrel() -> None:
    """Blur and compression widen a change by pixels, many mm in a coarse picture: what is thin at half its height is measured there."""
    off_px = np.abs(np.arange(60) - 30.3)
    barrel = np.clip(150 * (2.9 - off_px), 0, 150) + 20 * (off_px < 6)  # 5 px wide with a skirt of 12, as compression leaves it
    shadow = 60 * np.exp(-np.square(off_px / 6) / 2)  # soft: 14 px wide at half its height
    thin, soft = (cross_sections(_ridge(np.tile(one, (40, 1)), 0.7)) for one in (barrel, shadow))

    assert len(thin.row) == 40
    assert np.abs(thin.middle - 30.3).max() < 0.3
    assert thin.width.max() < 6.5
    assert len(soft.row) == 0
