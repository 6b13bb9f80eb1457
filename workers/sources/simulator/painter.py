"""The pictures of one simulated camera: what stands is painted once, only what moves is painted again."""

from collections import OrderedDict
from typing import Final

import cv2
import numpy as np

from schemas.geometry import Calibration
from workers.sources.simulator.darts import DartView, Pose
from workers.sources.simulator.face import face_picture
from workers.sources.simulator.hand import HandView
from workers.sources.simulator.moment import Moment, Moving, Shift
from workers.sources.simulator.rig import Rig
from workers.sources.simulator.sight import Sight
from workers.sources.simulator.sprite import Sprite
from workers.vision.frame import Image

_KEPT: Final = 12  # standing darts whose sprites are kept; the oldest goes
_NOISE_SPARE: Final = 1 << 19


class Painter:
    """Paints moments as one camera sees them; not thread-safe."""

    def __init__(self, rig: Rig, camera: int, calibration: Calibration) -> None:
        sight = Sight(calibration)
        light, mount = rig.light, rig.mounts[camera]
        self._size = (calibration.width, calibration.height)
        self._scale = sight.scale
        self._darts = DartView(sight, light, mount)
        self._hands = HandView(sight, light, mount)
        self._empty = face_picture(rig, camera, calibration)
        self._kept: OrderedDict[Pose, tuple[Sprite | None, Sprite | None, float]] = OrderedDict()
        self._still: tuple[tuple[tuple[Pose, ...], Shift], Image] | None = None
        self._noise = _Noise([rig.seed, camera], mount.noise, calibration.width * calibration.height * 3)

    def paint(self, moment: Moment, shift: Shift, number: int) -> Image:
        """Paint frame `number` (h, w, 3) BGR; the noise follows from the number."""
        if moment.moving or moment.hand:
            picture = self._shifted(self._compose(moment), shift, cv2.INTER_LINEAR)
        else:
            picture = self._stand_still(moment.standing, shift)
        return self._noise.over(picture, number)

    def _stand_still(self, standing: tuple[Pose, ...], shift: Shift) -> Image:
        key = (standing, shift)
        if self._still is None or self._still[0] != key:
            self._still = (key, self._shifted(self._compose(Moment(standing=standing)), shift, cv2.INTER_CUBIC))
        return self._still[1]

    def _compose(self, moment: Moment) -> Image:
        picture = self._empty.copy()
        shadows = [self._sprites(p)[0] for p in (*moment.standing, *(m.rest for m in moment.moving if m.rest))]
        if moment.hand:
            shadows.append(self._hands.shadow(moment.hand))
        things = [(distance, sprite) for _, sprite, distance in map(self._sprites, moment.standing)]
        things += [(self._darts.distance_mm(m.poses[0]), self._dart(m)) for m in moment.moving]
        if moment.hand:
            things.append((self._hands.distance_mm(moment.hand), self._hands.sprite(moment.hand)))
        for shadow in shadows:
            if shadow:
                shadow.lay(picture)
        for _, sprite in sorted(things, key=lambda thing: -thing[0]):
            if sprite:
                sprite.lay(picture)
        return picture

    def _dart(self, moving: Moving) -> Sprite | None:
        return self._darts.blurred(moving.poses)

    def _sprites(self, pose: Pose) -> tuple[Sprite | None, Sprite | None, float]:
        """Give shadow, dart and distance of a dart that stands."""
        if pose not in self._kept:
            self._kept[pose] = (self._darts.shadow(pose), self._darts.sprite(pose), self._darts.distance_mm(pose))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[pose]

    def _shifted(self, picture: Image, shift: Shift, interpolation: int) -> Image:
        if shift == Shift():
            return picture
        width, height = self._size
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -np.degrees(shift.turn_rad), 1.0)
        moved_by = np.array([[0, 0, shift.x * self._scale], [0, 0, shift.y * self._scale]])
        moved = cv2.warpAffine(
            picture, np.asarray(matrix, float) + moved_by, self._size, flags=interpolation, borderMode=cv2.BORDER_REPLICATE
        )
        return moved.astype(np.uint8, copy=False)


class _Noise:
    """Sensor noise: a long strip made once; each frame takes another piece of it."""

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
