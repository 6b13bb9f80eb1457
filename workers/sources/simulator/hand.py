"""An arm with sleeve and hand that reaches to the board, in the picture of one camera."""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from workers.sources.simulator.extended_projection import ExtendedProjection, cross
from workers.sources.simulator.face import tone
from workers.sources.simulator.rig import CameraMount, RingLight, Tint
from workers.sources.simulator.sprite import Sprite

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
_COARSER: Final = 2  # a moving, blurred object is drawn at half the size of the picture
_SHADOW_COARSER: Final = 8
_NEAR_MM: Final = 70.0
_FAINT: Final = 0.006  # a shadow weaker than this is not drawn
_GLOVE: Final[Tint] = (0.013, 0.013, 0.014)
_SKINS: Final[tuple[Tint, ...]] = ((0.3, 0.4, 0.66), (0.22, 0.32, 0.56), (0.1, 0.16, 0.32), (0.34, 0.45, 0.7), (0.05, 0.08, 0.17), _GLOVE)
_SLEEVES: Final[tuple[Tint, ...]] = (
    (0.02, 0.02, 0.02),
    (0.25, 0.08, 0.04),
    (0.4, 0.4, 0.4),
    (0.03, 0.03, 0.25),
    (0.05, 0.15, 0.05),
    (0.65, 0.66, 0.66),
    (0.1, 0.1, 0.1),
)


class HandPose(Value, frozen=True, kw_only=True):
    """The pose of a hand: its finger tips (mm, board frame), the side of the arm, how closed the fingers are (0 to 1), the person."""

    x_mm: float
    y_mm: float
    z_mm: float
    side: float
    grip: float
    person: int


class Limb(Value, frozen=True, kw_only=True):
    """A round limb between two ends (mm, board frame); the widths are half thicknesses."""

    start_mm: tuple[float, float, float]
    end_mm: tuple[float, float, float]
    start_wide_mm: float
    end_wide_mm: float
    color: Tint


def limbs_of(pose: HandPose) -> tuple[Limb, ...]:
    """Return the limbs of an arm: sleeve, forearm, palm, fingers and thumb."""
    skin, sleeve = _SKINS[pose.person % len(_SKINS)], _SLEEVES[pose.person % len(_SLEEVES)]
    tips = np.array([pose.x_mm, pose.y_mm, pose.z_mm])
    back = np.array([0.45 * pose.side, -0.55, 1.0])  # from the finger tips towards the thrower's elbow
    back /= np.linalg.norm(back)
    right = cross(np.array([0.0, 1.0, 0.0]), back)
    right /= np.linalg.norm(right)
    up = cross(back, right)
    knuckles = tips + 62 * back + (8 + 8 * pose.grip) * up
    wrist = knuckles + 88 * back + 8 * up
    cuff, elbow = wrist + 110 * back - 14 * up, wrist + 330 * back - 60 * up
    limbs = [
        limb(elbow, cuff, 52, 44, sleeve),
        limb(wrist + 120 * back - 15 * up, wrist, 36, 27, skin),
        limb(wrist, knuckles + 12 * right, 27, 24, skin),
        limb(wrist, knuckles - 14 * right, 26, 24, skin),
    ]
    spread = 1 - 0.7 * pose.grip
    for across, reach in ((-26.0, -8.0), (-9.0, 2.0), (9.0, 3.0), (25.0, -6.0)):
        root = knuckles + across * right
        joint = root - (30 + reach) * back + (12 + 8 * pose.grip) * up
        end = tips + (0.35 + 0.55 * spread) * across * right - reach * back + 6 * up
        limbs += [limb(root, joint, 11, 9.5, skin), limb(joint, end, 9.5, 7, skin)]
    thumb_root = wrist - 26 * back + 24 * pose.side * right - 14 * up
    thumb_joint = thumb_root - 48 * back + 10 * pose.side * right - 16 * up * spread
    thumb_end = tips + 8 * back - (6 + 16 * spread) * up
    limbs += [limb(thumb_root, thumb_joint, 15, 11, skin), limb(thumb_joint, thumb_end, 11, 8.5, skin)]
    return tuple(limbs)


class HandRenderer:
    """Draw hands and other limbs in the pictures of one camera, in the light of a rig."""

    def __init__(self, projection: ExtendedProjection, light: RingLight, mount: CameraMount) -> None:
        self._projection = projection
        self._mount = mount
        self._tint = np.array(mount.white) * np.array(light.tint) * mount.gain * light.level
        self._light = light
        self._size = projection.size
        self.center_mm = projection.center_mm

    def distance_mm(self, pose: HandPose) -> float:
        """Return the distance from the lens to the finger tips."""
        return float(np.linalg.norm(np.array([pose.x_mm, pose.y_mm, pose.z_mm + 20]) - self._projection.center_mm))

    def sprite(self, pose: HandPose) -> Sprite | None:
        """Draw an arm; None if it is outside the picture."""
        return self.draw(limbs_of(pose))

    def draw(self, limbs: Sequence[Limb]) -> Sprite | None:
        """Draw round limbs; None if they are outside the picture."""
        seen = [s for s in (self._project_limb(limb) for limb in limbs) if s is not None]
        box = self._box(seen)
        if box is None:
            return None
        left, top, right, bottom = box
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
        depth = np.full(x.shape, np.inf, np.float32)
        color = np.zeros((*x.shape, 3), np.float32)
        cover = np.zeros(x.shape, np.float32)
        for flat, limb in seen:
            self._draw(flat, limb, (x, y), (depth, color, cover))
        shaded = tone(color * self._tint.astype(np.float32), self._mount).astype(np.float32) * cover[..., None]
        size = ((right - left) * _COARSER, (bottom - top) * _COARSER)
        wide = cv2.resize(shaded.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
        through = cv2.resize((255 * (1 - cover)).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
        return _cropped(Sprite(left * _COARSER, top * _COARSER, wide, np.repeat(through[..., None], 3, axis=2)), self._size)

    def shadow(self, pose: HandPose) -> Sprite | None:
        """Draw the soft shadow of an arm on the board, which is darker the closer the hand is; None if there is none."""
        width, height = self._size[0] // _SHADOW_COARSER, self._size[1] // _SHADOW_COARSER
        dark = np.zeros((height, width), np.float32)
        limbs = limbs_of(pose)
        starts, ends = np.array([limb.start_mm for limb in limbs]), np.array([limb.end_mm for limb in limbs])
        at_mm = np.concatenate([starts + share * (ends - starts) for share in (0.0, 0.5, 1.0)])
        reach_mm = np.tile([limb.end_wide_mm + 6 for limb in limbs], 3)
        offset_mm = np.column_stack([at_mm[:, 0] + reach_mm, at_mm[:, 1]])
        feet = np.zeros((2 * len(at_mm), 3))
        feet[:, :2] = np.concatenate([at_mm[:, :2], offset_mm])
        pixels, edges = np.split(self._projection.project_extended(feet) / _SHADOW_COARSER, 2)
        strength = 0.4 * (1 - at_mm[:, 2] / self._light.height_mm)
        for k in np.argsort(strength):  # the darkest last: it covers the others
            if strength[k] > 0.06 and np.abs(pixels[k]).max() < 4 * width:
                wide = max(1, round(float(np.linalg.norm(edges[k] - pixels[k]))))
                cv2.circle(dark, (round(float(pixels[k, 0])), round(float(pixels[k, 1]))), wide, float(strength[k]), -1)
        soft = np.asarray(cv2.GaussianBlur(dark, (0, 0), 3.0 * width / 100), np.float32)
        rows, columns = np.nonzero(soft.max(axis=1) > _FAINT)[0], np.nonzero(soft.max(axis=0) > _FAINT)[0]
        if len(rows) == 0:
            return None
        whole = cv2.resize((255 * (1 - soft)).astype(np.uint8), self._size, interpolation=cv2.INTER_LINEAR)
        top, left = int(rows[0]) * _SHADOW_COARSER, int(columns[0]) * _SHADOW_COARSER
        part = whole[top : (int(rows[-1]) + 1) * _SHADOW_COARSER, left : (int(columns[-1]) + 1) * _SHADOW_COARSER]
        through = cv2.cvtColor(part, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
        return Sprite(left, top, np.zeros_like(through), through)

    def _project_limb(self, limb: Limb) -> "tuple[_ProjectedLimb, Limb] | None":
        """Project a limb, cut off at the lens; None if it is not in front of it."""
        p = self._projection
        ends = np.array([limb.start_mm, limb.end_mm])
        depth = p.depth_mm(ends)
        if depth.max() < _NEAR_MM + 10:
            return None
        wide = [limb.start_wide_mm, limb.end_wide_mm]
        for k in (0, 1):
            if depth[k] < _NEAR_MM:
                share = (_NEAR_MM - depth[1 - k]) / (depth[k] - depth[1 - k])
                ends[k] = ends[1 - k] + share * (ends[k] - ends[1 - k])
                wide[k] = wide[1 - k] + share * (wide[k] - wide[1 - k])
                depth[k] = _NEAR_MM
        pixels = p.project_extended(ends) / _COARSER
        focal = p.calibration.focal_x_px / _COARSER
        radius = [focal * wide[k] / float(depth[k]) for k in (0, 1)]
        if np.abs(pixels).max() > 8 * self._size[0]:
            return None
        return _ProjectedLimb(start=pixels[0], end=pixels[1], radius=radius, depth=[float(d) for d in depth], wide=wide), limb

    def _box(self, seen: "list[tuple[_ProjectedLimb, Limb]]") -> tuple[int, int, int, int] | None:
        if not seen:
            return None
        boxes = [flat.box(self._size[0] // _COARSER, self._size[1] // _COARSER) for flat, _ in seen]
        boxes = [b for b in boxes if b[2] > b[0] and b[3] > b[1]]
        if not boxes:
            return None
        return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)

    def _draw(
        self, flat: "_ProjectedLimb", limb: Limb, grid: tuple[Floats32, Floats32], layers: tuple[Floats32, Floats32, Floats32]
    ) -> None:
        """Draw a limb where it is closer than what is drawn already."""
        left, top = int(grid[0][0, 0]), int(grid[1][0, 0])
        box = flat.box(left + grid[0].shape[1], top + grid[0].shape[0])
        rows, columns = slice(max(box[1] - top, 0), max(box[3] - top, 0)), slice(max(box[0] - left, 0), max(box[2] - left, 0))
        x, y = grid[0][rows, columns], grid[1][rows, columns]
        if x.size == 0:
            return
        depth, color, cover = (layer[rows, columns] for layer in layers)
        dx, dy = float(flat.end[0] - flat.start[0]), float(flat.end[1] - flat.start[1])
        share = np.clip(((x - flat.start[0]) * dx + (y - flat.start[1]) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1).astype(np.float32)
        radius = flat.radius[0] + share * (flat.radius[1] - flat.radius[0])
        off_x, off_y = (x - flat.start[0] - share * dx) / radius, (y - flat.start[1] - share * dy) / radius
        square = off_x * off_x + off_y * off_y
        height = np.sqrt(np.clip(1 - square, 0, 1))
        near = flat.depth[0] + share * (flat.depth[1] - flat.depth[0]) - height * (flat.wide[0] + share * (flat.wide[1] - flat.wide[0]))
        edge = np.clip((1 - np.sqrt(square)) * radius + 0.5, 0, 1)
        front = (edge > 0) & (near < depth)
        to_board = self._projection.rotation.T
        normal_z = to_board[2, 0] * off_x + to_board[2, 1] * off_y - to_board[2, 2] * height
        normal_y = to_board[1, 0] * off_x + to_board[1, 1] * off_y - to_board[1, 2] * height
        lit = 0.42 + 0.26 * normal_z + 0.1 * normal_y + 0.28 * height
        depth[front] = near[front]
        color[front] = np.array(limb.color, np.float32) * np.clip(lit[front], 0.06, 1.2)[:, None]
        np.maximum(cover, edge, out=cover)


class _ProjectedLimb:
    """A limb in the (reduced) picture: middle line, half widths in pixels, depth and half width in mm at both ends."""

    def __init__(self, *, start: Floats, end: Floats, radius: list[float], depth: list[float], wide: list[float]) -> None:
        self.start, self.end, self.radius, self.depth, self.wide = start, end, radius, depth, wide

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return the columns and rows that it can cover in a picture of this size."""
        most = max(self.radius) + 1
        low, high = np.minimum(self.start, self.end) - most, np.maximum(self.start, self.end) + most
        return max(math.floor(low[0]), 0), max(math.floor(low[1]), 0), min(math.ceil(high[0]), width), min(math.ceil(high[1]), height)


def limb(start: Floats, end: Floats, start_wide_mm: float, end_wide_mm: float, color: Tint) -> Limb:
    """Return a limb between two points (3); the widths are half thicknesses."""
    return Limb(
        start_mm=(float(start[0]), float(start[1]), float(start[2])),
        end_mm=(float(end[0]), float(end[1]), float(end[2])),
        start_wide_mm=start_wide_mm,
        end_wide_mm=end_wide_mm,
        color=color,
    )


def _cropped(sprite: Sprite, size: tuple[int, int]) -> Sprite:
    height, width = min(sprite.color.shape[0], size[1] - sprite.y), min(sprite.color.shape[1], size[0] - sprite.x)
    return Sprite(sprite.x, sprite.y, sprite.color[:height, :width], sprite.through[:height, :width])
