"""Tests of the cross-sections of darts in a difference."""

import numpy as np

from tests.support.scene import HEIGHT, WIDTH, dart, off_line_px, outlook
from workers.sources.simulator.darts import DartPose
from workers.vision.cross_sections import CrossSections, cross_sections, upright_patch

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
