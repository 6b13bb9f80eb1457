"""The pictures of one simulated camera: what stands is painted once, only what moves is painted again."""

import math
from collections import OrderedDict
from typing import Final

import cv2
import numpy as np

from schemas.geometry import Calibration
from workers.sources.simulator.darts import DartView, Pose
from workers.sources.simulator.disturbance import Air
from workers.sources.simulator.face import face_picture
from workers.sources.simulator.hand import HandView
from workers.sources.simulator.moment import Moment
from workers.sources.simulator.rig import Light, Mount, Rig
from workers.sources.simulator.sight import Shift, Sight
from workers.sources.simulator.sprite import Sprite
from workers.sources.simulator.veil import Veil
from workers.vision.frame import Image

_DARTS_KEPT: Final = 12  # standing darts whose sprites are kept; the oldest goes
_SPOTS_KEPT: Final = 2  # resting places of the camera for which the empty board is kept; the oldest goes
_NOISE_SPARE: Final = 1 << 19
_REST: Final = Shift()


class Painter:
    """Paints moments as one camera sees them; not thread-safe."""

    def __init__(self, rig: Rig, camera: int, calibration: Calibration) -> None:
        self._rig = rig
        self._mount = rig.mounts[camera]
        self._calibration = calibration
        self._empty = face_picture(rig, camera, calibration)
        self._spots: OrderedDict[Shift, _Spot] = OrderedDict()
        self._still: tuple[tuple[tuple[Pose, ...], Shift], Image] | None = None
        self._airy: tuple[tuple[int, Air], Image, Image] | None = None  # holds the picture, so that its id stays its own
        self._veil = Veil(calibration)
        self._noise = _Noise([rig.seed, camera], self._mount.noise, self._empty.size)

    def paint(self, moment: Moment, shift: Shift, number: int, air: Air | None = None) -> Image:
        """Paint frame `number` (h, w, 3) BGR; the noise follows from the number."""
        return self._noise.over(self._breathed(self._noiseless(moment, shift), air or Air()), number)

    def _noiseless(self, moment: Moment, shift: Shift) -> Image:
        if shift.swinging or not moment.is_still:
            return self._in_motion(moment, shift)
        key = (moment.standing, shift)
        if self._still is None or self._still[0] != key:
            self._still = (key, self._in_motion(moment, shift))
        return self._still[1]

    def _breathed(self, picture: Image, air: Air) -> Image:
        """Let the air change a picture, and remember the last, for light mostly stays as it is."""
        if air == Air():
            return picture
        key = (id(picture), air)
        if self._airy is None or self._airy[0] != key:
            self._airy = (key, picture, self._veil.over(picture, air))
        return self._airy[2]

    def _in_motion(self, moment: Moment, shift: Shift) -> Image:
        """Compose a picture without noise; one of a swinging camera is composed as at rest and pushed, which is quicker."""
        if not shift.swinging:
            return self._compressed(self._spot(shift).compose(moment))
        return self._compressed(_pushed(self._spot(_REST).compose(moment), Sight(self._calibration, shift)))

    def _compressed(self, picture: Image) -> Image:
        """Give the picture the blocks and colour fringes of JPEG; noise comes later, so that a still scene costs it once."""
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self._mount.jpeg])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    def _spot(self, shift: Shift) -> "_Spot":
        if shift not in self._spots:
            sight = Sight(self._calibration, shift)
            ground = self._empty if shift == _REST else _pushed(self._empty, sight)
            self._spots[shift] = _Spot(sight, ground, self._rig.light, self._mount)
            if len(self._spots) > _SPOTS_KEPT:
                self._spots.popitem(last=False)
        self._spots.move_to_end(shift)
        return self._spots[shift]


class _Spot:
    """A place in which a camera rests: the empty board from there, and the darts that it has seen standing."""

    def __init__(self, sight: Sight, ground: Image, light: Light, mount: Mount) -> None:
        self._ground = ground
        self._darts = DartView(sight, light, mount)
        self._hands = HandView(sight, light, mount)
        self._kept: OrderedDict[Pose, tuple[Sprite | None, Sprite | None, float]] = OrderedDict()

    def compose(self, moment: Moment) -> Image:
        """Lay shadows, then things from far to near over the empty board."""
        picture = self._ground.copy()
        shadows = [self._sprites(p)[0] for p in (*moment.standing, *(m.rest for m in moment.moving if m.rest))]
        things = [(distance, sprite) for _, sprite, distance in map(self._sprites, moment.standing)]
        things += [(self._darts.distance_mm(m.poses[0]), self._darts.blurred(m.poses, 4 if m.rest else 2)) for m in moment.moving]
        things += [(math.dist(body[0].start_mm, self._hands.center_mm), self._hands.draw(body)) for body in moment.bodies]
        for hand in moment.hands:
            shadows.append(self._hands.shadow(hand))
            things.append((self._hands.distance_mm(hand), self._hands.sprite(hand)))
        for sprite in (*shadows, *(s for _, s in sorted(things, key=lambda thing: -thing[0]))):
            if sprite:
                sprite.lay(picture)
        return picture

    def _sprites(self, pose: Pose) -> tuple[Sprite | None, Sprite | None, float]:
        """Give shadow, dart and distance of a dart that stands."""
        if pose not in self._kept:
            self._kept[pose] = (self._darts.shadow(pose), self._darts.sprite(pose), self._darts.distance_mm(pose))
            if len(self._kept) > _DARTS_KEPT:
                self._kept.popitem(last=False)
        return self._kept[pose]


def _pushed(picture: Image, sight: Sight) -> Image:
    """Displace a picture; cubic, or else the wires of a camera that swings would be seen to blur."""
    pushed = cv2.warpAffine(picture, sight.displacement(), sight.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return pushed.astype(np.uint8, copy=False)


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
