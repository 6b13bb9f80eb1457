"""One simulated camera before a board, and what it sees of darts, hands and a bump, with exact truth."""

from functools import cached_property, lru_cache

import cv2
import numpy as np

from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.geometry import Axis3
from schemas.pipe.to_worker import SourceSpec
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.extended_projection import CameraShift, ExtendedProjection
from workers.sources.simulator.frame_content import FrameContent
from workers.sources.simulator.hand import HandPose
from workers.sources.simulator.painter import Painter
from workers.sources.simulator.rig import rig_of, true_calibration
from workers.vision.board_masks import masks_of
from workers.vision.difference import Difference
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection, Floats
from workers.vision.reference import Comparison, Reference, compare

WIDTH, HEIGHT = 800, 600


class Outlook:
    """A camera of a rig: its true place, and the pictures it takes (800 x 600)."""

    def __init__(self, rig: int, camera: int) -> None:
        self.camera_id = CameraId(f"cam{camera}")
        self.calibration = true_calibration(rig, camera, WIDTH, HEIGHT, self.camera_id)
        self.projection = CameraProjection(self.calibration)
        self.masks = masks_of(self.projection, BoardSpec(), (HEIGHT, WIDTH))
        self.spec = SourceSpec(camera_id=self.camera_id, url=f"sim:?rig={rig}&camera={camera}", width=WIDTH, height=HEIGHT)
        self._rig, self._camera = rig, camera
        self._taken = 0

    @cached_property
    def _painter(self) -> Painter:
        return Painter(rig_of(self._rig), self._camera, self.calibration)

    def picture(self, *darts: DartPose, hand: HandPose | None = None, shift: CameraShift | None = None) -> Image:
        """Take a picture of what stands there; no two have the same noise."""
        self._taken += 1
        return self._painter.paint(FrameContent(standing=darts, hands=(hand,) if hand else ()), shift or CameraShift(), self._taken)

    def reference(self, *darts: DartPose) -> Reference:
        """Take a reference with these darts in the board."""
        return Reference.of(self.picture(*darts), self.masks.face, 0.0)

    def compare(
        self, before: tuple[DartPose, ...], *after: DartPose, hand: HandPose | None = None, shift: CameraShift | None = None
    ) -> Comparison:
        """Compare a picture with the one before it."""
        return compare(self.reference(*before), self.picture(*after, hand=hand, shift=shift), self.masks)

    def difference(self, before: tuple[DartPose, ...], *after: DartPose, hand: HandPose | None = None) -> Difference:
        """Return what came between two pictures."""
        return self.compare(before, *after, hand=hand).difference

    def seen(self, dart: DartPose, *at_mm: float) -> Floats:
        """Return the points of a dart's axis at these heights in the picture, in px (n, 2)."""
        return self.projection.project(np.array([[dart.x_mm + z * dart.slope_x, dart.y_mm + z * dart.slope_y, z] for z in at_mm]))

    def displacement(self, shift: CameraShift) -> Floats:
        """Return the map (2, 3) from where things were to where they are in the picture of a displaced camera."""
        return ExtendedProjection(self.calibration, shift).displacement()


@lru_cache(maxsize=12)
def outlook(rig: int = 1, camera: int = 0) -> Outlook:
    """Give a camera of a rig; it is made once for all tests of a process."""
    return Outlook(rig, camera)


def dart(x_mm: float = 20.0, y_mm: float = 60.0, *, slope_x: float = 0.05, slope_y: float = 0.2, design: int = 1) -> DartPose:
    """Stick a dart into the board; `design` 0 is black, 1 white, 2 neon."""
    return DartPose(x_mm=x_mm, y_mm=y_mm, slope_x=slope_x, slope_y=slope_y, depth_mm=9.0, roll_rad=0.4, design=design)


def hand(x_mm: float = 0.0, y_mm: float = 20.0, z_mm: float = 60.0) -> HandPose:
    """Reach a hand into the board."""
    return HandPose(x_mm=x_mm, y_mm=y_mm, z_mm=z_mm, side=1.0, grip=0.5, person=0)


def axis_of(pose: DartPose) -> Axis3:
    """Return the axis of a dart."""
    return Axis3(x_mm=pose.x_mm, y_mm=pose.y_mm, slope_x=pose.slope_x, slope_y=pose.slope_y)


def off_line_px(points: Floats, start: Floats, end: Floats) -> Floats:
    """Measure how far points (n, 2) lie off the line through two others, in px."""
    along = (end - start) / np.linalg.norm(end - start)
    apart = points - start
    return np.asarray(np.abs(apart[:, 0] * along[1] - apart[:, 1] * along[0]), float)


def brighter(picture: Image, gain: float, offset: float = 0.0) -> Image:
    """Change the light of a picture."""
    return np.clip(cv2.convertScaleAbs(picture, alpha=gain, beta=offset), 0, 255).astype(np.uint8, copy=False)


def jpeg(picture: Image, quality: int = 92) -> bytes:
    """Compress a picture as a camera does."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()
