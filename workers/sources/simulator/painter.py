"""The pictures of one simulated camera: objects at rest are drawn once, only moving objects are drawn in each frame."""

import math
from collections import OrderedDict
from typing import Final

import cv2
import numpy as np

from schemas.geometry import Calibration
from workers.sources.simulator.darts import DartPose, DartRenderer
from workers.sources.simulator.disturbance import ImagingConditions
from workers.sources.simulator.extended_projection import CameraShift, ExtendedProjection
from workers.sources.simulator.face import face_picture
from workers.sources.simulator.frame_content import FrameContent
from workers.sources.simulator.hand import HandRenderer
from workers.sources.simulator.imaging import ImagingEffects
from workers.sources.simulator.rig import CameraMount, Rig, RingLight
from workers.sources.simulator.sprite import Sprite
from workers.vision.frame import Image

_DARTS_KEPT: Final = 12  # darts in the board whose sprites are kept
_VIEWS_KEPT: Final = 2  # positions of the camera for which the empty board is kept
_NOISE_SPARE: Final = 1 << 19  # values of noise more than a picture needs, so that frames differ
_REST: Final = CameraShift()


class Painter:
    """Draw frames of one camera; not thread-safe."""

    def __init__(self, rig: Rig, camera: int, calibration: Calibration) -> None:
        self._rig = rig
        self._mount = rig.mounts[camera]
        self._calibration = calibration
        self._empty = face_picture(rig, camera, calibration)
        self._views: OrderedDict[CameraShift, _RestView] = OrderedDict()
        self._last: tuple[tuple[FrameContent, CameraShift], Image] | None = None
        self._last_effect: tuple[tuple[int, ImagingConditions], Image, Image] | None = (
            None  # keeps the picture alive, else its id could be used again
        )
        self._effects = ImagingEffects(calibration)
        self._noise = _SensorNoise([rig.seed, camera], self._mount.noise, self._empty.size)

    def paint(self, content: FrameContent, shift: CameraShift, number: int, conditions: ImagingConditions | None = None) -> Image:
        """Draw frame `number` (h, w, 3) BGR; its noise is a function of the number."""
        return self._noise.over(self._with_effects(self._noiseless(content, shift), conditions or ImagingConditions()), number)

    def _noiseless(self, content: FrameContent, shift: CameraShift) -> Image:
        if shift.swinging:
            return self._composed(content, shift)
        key = (content, shift)
        if self._last is None or self._last[0] != key:
            self._last = (key, self._composed(content, shift))
        return self._last[1]

    def _with_effects(self, picture: Image, conditions: ImagingConditions) -> Image:
        """Apply the imaging conditions; the last result is kept, since they seldom change."""
        if conditions == ImagingConditions():
            return picture
        key = (id(picture), conditions)
        if self._last_effect is None or self._last_effect[0] != key:
            self._last_effect = (key, picture, self._effects.over(picture, conditions))
        return self._last_effect[2]

    def _composed(self, content: FrameContent, shift: CameraShift) -> Image:
        """Draw a picture without noise; for a swinging camera the picture at rest is drawn and shifted, which is faster."""
        if not shift.swinging:
            return self._compressed(self._view(shift).compose(content))
        return self._compressed(_pushed(self._view(_REST).compose(content), ExtendedProjection(self._calibration, shift)))

    def _compressed(self, picture: Image) -> Image:
        """Add the blocks and colour fringes of JPEG; noise is added afterwards, so that a still scene is compressed only once."""
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self._mount.jpeg])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    def _view(self, shift: CameraShift) -> "_RestView":
        if shift not in self._views:
            projection = ExtendedProjection(self._calibration, shift)
            ground = self._empty if shift == _REST else _pushed(self._empty, projection)
            self._views[shift] = _RestView(projection, ground, self._rig.light, self._mount)
            if len(self._views) > _VIEWS_KEPT:
                self._views.popitem(last=False)
        self._views.move_to_end(shift)
        return self._views[shift]


class _RestView:
    """A position in which a camera rests: the picture of the empty board, and the sprites of the darts in it."""

    def __init__(self, projection: ExtendedProjection, ground: Image, light: RingLight, mount: CameraMount) -> None:
        self._ground = ground
        self._darts = DartRenderer(projection, light, mount)
        self._hands = HandRenderer(projection, light, mount)
        self._kept: OrderedDict[DartPose, tuple[Sprite | None, Sprite | None, float]] = OrderedDict()

    def compose(self, content: FrameContent) -> Image:
        """Draw shadows, then objects from far to near over the empty board."""
        picture = self._ground.copy()
        shadows = [self._sprites(p)[0] for p in (*content.standing, *(m.rest for m in content.moving if m.rest))]
        things = [(distance, sprite) for _, sprite, distance in map(self._sprites, content.standing)]
        things += [(self._darts.distance_mm(m.poses[0]), self._darts.blurred(m.poses, 4 if m.rest else 2)) for m in content.moving]
        things += [(math.dist(body[0].start_mm, self._hands.center_mm), self._hands.draw(body)) for body in content.bodies]
        for hand in content.hands:
            shadows.append(self._hands.shadow(hand))
            things.append((self._hands.distance_mm(hand), self._hands.sprite(hand)))
        for sprite in (*shadows, *(s for _, s in sorted(things, key=lambda thing: -thing[0]))):
            if sprite:
                sprite.lay(picture)
        return picture

    def _sprites(self, pose: DartPose) -> tuple[Sprite | None, Sprite | None, float]:
        """Return shadow, sprite and distance of a dart in the board."""
        if pose not in self._kept:
            self._kept[pose] = (self._darts.shadow(pose), self._darts.sprite(pose), self._darts.distance_mm(pose))
            if len(self._kept) > _DARTS_KEPT:
                self._kept.popitem(last=False)
        return self._kept[pose]


def _pushed(picture: Image, projection: ExtendedProjection) -> Image:
    """Shift a picture; cubic, else the wires of a swinging camera would be blurred."""
    pushed = cv2.warpAffine(picture, projection.displacement(), projection.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return pushed.astype(np.uint8, copy=False)


class _SensorNoise:
    """Sensor noise: a long strip of values; each frame uses another part of it."""

    def __init__(self, seed: list[int], sigma: float, length: int) -> None:
        rng = np.random.default_rng([*seed, 0x4015E])
        strip = rng.standard_normal(length + _NOISE_SPARE, dtype=np.float32) * np.float32(sigma)
        strip += rng.uniform(-0.5, 0.5, len(strip)).astype(np.float32)
        self._more = np.clip(strip, 0, 60).round().astype(np.uint8)
        self._less = np.clip(-strip, 0, 60).round().astype(np.uint8)

    def over(self, picture: Image, number: int) -> Image:
        start = (number * 2654435761 >> 7) % _NOISE_SPARE
        piece = slice(start, start + picture.size)
        noisy = cv2.add(picture, self._more[piece].reshape(picture.shape))
        return cv2.subtract(noisy, self._less[piece].reshape(picture.shape), noisy).astype(np.uint8, copy=False)
