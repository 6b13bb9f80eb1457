"""Steel-tip darts: their designs, and their pictures in one camera."""

import math
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.base import Value
from workers.sources.simulator.extended_projection import ExtendedProjection, cross
from workers.sources.simulator.face import tone
from workers.sources.simulator.rig import CameraMount, RingLight, Tint
from workers.sources.simulator.sprite import Canvas, Sprite

Floats = NDArray[np.float64]
FlightShape = Literal["standard", "slim", "pear"]
_AROUND: Final = 10  # corners of a cross-section
_LAMPS: Final = 10
_NEAR_MM: Final = 40.0  # distance from the lens; nothing closer is drawn
_UP: Final = np.array([0.0, 1.0, 0.0])
_OUT: Final = np.array([0.0, 0.0, 1.0])
_SUNK_MM: Final = 5.0  # deeper parts are hidden by the board
_WINGS: Final[dict[FlightShape, tuple[tuple[float, float], ...]]] = {
    "standard": ((0, 1.2), (9, 17.5), (14, 20.5), (32, 20.5), (36, 16.5), (36, 0)),
    "slim": ((0, 1.2), (10, 10.5), (18, 14.0), (40, 14.0), (43, 10.0), (43, 0)),
    "pear": ((0, 1.2), (7, 11), (15, 17.5), (24, 19.5), (31, 16), (35, 9), (36, 0)),
}
_METALS: Final[tuple[Tint, ...]] = ((0.3, 0.31, 0.32), (0.2, 0.21, 0.22), (0.09, 0.26, 0.42), (0.035, 0.035, 0.037), (0.12, 0.2, 0.38))
_PAINTS: Final[tuple[Tint, ...]] = (
    (0.015, 0.015, 0.015),
    (0.6, 0.62, 0.62),
    (0.02, 0.85, 0.75),
    (0.05, 0.8, 0.12),
    (0.02, 0.25, 0.95),
    (0.55, 0.06, 0.2),
    (0.05, 0.03, 0.6),
    (0.5, 0.15, 0.03),
)


class DartDesign(Value, frozen=True, kw_only=True):
    """The design of a dart: lengths and diameters in mm, colours in linear light."""

    point_mm: float
    point_wide_mm: float
    barrel_mm: float
    barrel_wide_mm: float
    stem_mm: float
    wing: FlightShape
    dark_point: bool
    knurl_mm: float
    barrel: Tint
    stem: Tint
    flight: Tint
    accent: Tint


class DartPose(Value, frozen=True, kw_only=True):
    """The pose of a dart: its axis meets the face at (x, y) and leans by the slopes; the point is `depth_mm` below the face."""

    x_mm: float
    y_mm: float
    slope_x: float
    slope_y: float
    depth_mm: float
    roll_rad: float
    design: int

    @property
    def along(self) -> Floats:
        """Return the unit direction from point to flight."""
        axis = np.array([self.slope_x, self.slope_y, 1.0])
        unit: Floats = axis / np.linalg.norm(axis)
        return unit


@lru_cache(maxsize=64)
def design_of(number: int) -> DartDesign:
    """Return the design of a number: 0 is black, 1 white, 2 neon, the others are random."""
    rng = np.random.default_rng([number, 0xDA27])
    stem, flight, accent = (_PAINTS[int(k)] for k in rng.integers(len(_PAINTS), size=3))
    if number < 3:
        stem = flight = _PAINTS[number]
    wings: tuple[FlightShape, ...] = ("standard", "slim", "pear")
    return DartDesign(
        point_mm=float(rng.uniform(30, 36)),
        point_wide_mm=float(rng.uniform(2.1, 2.4)),
        barrel_mm=float(rng.uniform(40, 52)),
        barrel_wide_mm=float(rng.uniform(6.0, 7.4)),
        stem_mm=float(rng.uniform(30, 46)),
        wing=wings[int(rng.integers(3))],
        dark_point=bool(rng.random() < 0.4),
        knurl_mm=float(rng.uniform(1.0, 2.2)),
        barrel=_METALS[int(rng.integers(len(_METALS)))],
        stem=stem,
        flight=flight,
        accent=accent,
    )


class DartRenderer:
    """Draw darts in the pictures of one camera, in the light of a rig."""

    def __init__(self, projection: ExtendedProjection, light: RingLight, mount: CameraMount) -> None:
        self._projection = projection
        self._mount = mount
        angles_rad = np.arange(_LAMPS) * math.tau / _LAMPS
        self._lamps_mm = np.stack(
            [light.radius_mm * np.cos(angles_rad), light.radius_mm * np.sin(angles_rad), np.full(_LAMPS, light.height_mm)], 1
        )
        self._tint = np.array(mount.white) * np.array(light.tint) * mount.gain * light.level
        self._ambient = 0.28 + light.ambient

    def distance_mm(self, pose: DartPose) -> float:
        """Return the distance from the lens to the middle of a dart."""
        middle_mm = np.array([pose.x_mm, pose.y_mm, 0.0]) + (60 - pose.depth_mm) * pose.along
        return float(np.linalg.norm(middle_mm - self._projection.center_mm))

    def sprite(self, pose: DartPose, finer: int = 4) -> Sprite | None:
        """Draw a dart; None if it is outside the picture."""
        return self.blurred((pose,), finer)

    def blurred(self, poses: tuple[DartPose, ...], finer: int = 2) -> Sprite | None:
        """Draw a dart that had all of these poses while the shutter was open; None if it is outside the picture."""
        meshes = [_mesh(design_of(p.design), p) for p in poses]
        points_mm = [np.concatenate([m.tubes.reshape(-1, 3), m.wings.reshape(-1, 3)]) for m in meshes]
        before = [(self._projection.depth_mm(p) > _NEAR_MM) & (p[:, 2] > -_SUNK_MM) for p in points_mm]
        flat = [self._projection.project_extended(p) for p in points_mm]
        seen = np.concatenate([f[b] for f, b in zip(flat, before, strict=True)])
        if len(seen) == 0:
            return None
        sprites = []
        for mesh, pixels, ahead in zip(meshes, flat, before, strict=True):
            canvas = Canvas.around(seen, *self._projection.size, finer)
            if canvas is None:
                return None
            self._draw(canvas, mesh, pixels, ahead)
            sprites.append(canvas.sprite(self._mount.blur_px * self._projection.scale))
        return sprites[0] if len(sprites) == 1 else Sprite.mean(sprites)

    def shadow(self, pose: DartPose, strength: float = 1.0) -> Sprite | None:
        """Draw the faint shadows of the lamps, and the dark spot where the point enters the board."""
        along, design = pose.along, design_of(pose.design)
        foot = np.array([pose.x_mm, pose.y_mm, 0.0])
        strips = []
        for lamp in self._lamps_mm:
            for out_mm, wide_mm in ((22.0, 1.5), (58.0, 3.0)):
                head = foot + out_mm * along
                end = head + (head - lamp) * (head[2] / (lamp[2] - head[2]))
                side = cross(end - foot, _OUT)
                side *= wide_mm / max(float(np.linalg.norm(side)), 1e-6)
                strips.append(np.stack([foot - side / 3, end - side, end + side, foot + side / 3]))
        spot_rad = np.arange(12) * math.tau / 12
        spot = foot + 1.4 * design.point_wide_mm * np.stack([np.cos(spot_rad), np.sin(spot_rad), 0 * spot_rad], 1)
        flat = self._projection.project_extended(np.concatenate([*strips, spot]))
        canvas = Canvas.around(flat, *self._projection.size, 1)
        if canvas is None:
            return None
        drawn = canvas.sprite()
        dark = np.zeros(drawn.color.shape[:2], np.float32)
        layer = np.zeros_like(dark)
        corners = canvas.corners(flat)
        for k in range(len(strips)):
            layer[:] = 0
            cv2.fillConvexPoly(layer, corners[4 * k : 4 * k + 4], 0.036 * strength, cv2.LINE_8, 4)
            dark += layer
        cv2.fillConvexPoly(dark, corners[4 * len(strips) :], 0.35 * strength, cv2.LINE_8, 4)
        soft = np.asarray(cv2.GaussianBlur(dark, (0, 0), max(1.0, 1.6 * self._projection.scale)), np.float32)
        through = np.repeat((255 * (1 - np.clip(soft, 0, 0.6)))[..., None], 3, axis=2)
        return Sprite(drawn.x, drawn.y, drawn.color, through.astype(np.uint8))

    def _draw(self, canvas: Canvas, mesh: "_Mesh", flat: Floats, ahead: NDArray[np.bool_]) -> None:
        rings = len(mesh.tubes)
        corners = canvas.corners(flat)
        around = corners[: rings * _AROUND].reshape(rings, _AROUND, 2)
        following = np.roll(around, -1, axis=1)
        quads = np.stack([around[:-1], following[:-1], following[1:], around[1:]], axis=2).reshape(-1, 4, 2)
        solid = (mesh.tubes + np.roll(mesh.tubes, -1, axis=1)) / 2
        middles = ((solid[:-1] + solid[1:]) / 2).reshape(-1, 3)
        toward = self._projection.center_mm - middles
        whole = np.repeat(np.asarray(ahead[: rings * _AROUND].reshape(rings, _AROUND).all(axis=1)), _AROUND)
        facing = ((mesh.normals * toward).sum(axis=1) > 0) & whole[:-_AROUND] & whole[_AROUND:]
        wings = corners[rings * _AROUND :].reshape(*mesh.wings.shape[:2], 2)
        visible = ahead[rings * _AROUND :].reshape(mesh.wings.shape[:2]).all(axis=1)
        wings = wings[visible]
        wing_normals, wing_middles = (part[visible] for part in self._turned(mesh))
        colors = self._shade(
            np.concatenate([mesh.normals[facing], wing_normals]),
            np.concatenate([middles[facing], wing_middles]),
            np.concatenate([mesh.albedo[facing], mesh.wing_albedo[visible]]),
            np.concatenate([mesh.gloss[facing], np.full(len(wings), 0.06)]),
        )
        polygons = [*quads[facing], *wings]
        far = np.concatenate([np.linalg.norm(toward[facing], axis=1), np.linalg.norm(self._projection.center_mm - wing_middles, axis=1)])
        for k in np.argsort(-far):
            canvas.fill(polygons[k], (float(colors[k, 0]), float(colors[k, 1]), float(colors[k, 2])))

    def _turned(self, mesh: "_Mesh") -> tuple[Floats, Floats]:
        """Return the normal of each wing on the side of the camera, and its middle."""
        middles = mesh.wings.mean(axis=1)
        away = ((self._projection.center_mm - middles) * mesh.wing_normals).sum(axis=1) < 0
        return np.where(away[:, None], -mesh.wing_normals, mesh.wing_normals), middles

    def _shade(self, normals: Floats, at_mm: Floats, albedo: Floats, gloss: Floats) -> Floats:
        to_lamp = self._lamps_mm[None] - at_mm[:, None]
        square = (to_lamp**2).sum(axis=2)
        to_lamp /= np.sqrt(square)[..., None]
        power = 200_000.0 / square / _LAMPS
        lit = (np.clip((to_lamp * normals[:, None]).sum(axis=2), 0, None) * power).sum(axis=1)
        to_camera = self._projection.center_mm - at_mm
        to_camera /= np.linalg.norm(to_camera, axis=1)[:, None]
        half = to_lamp + to_camera[:, None]
        half /= np.linalg.norm(half, axis=2)[..., None]
        gleam = (np.clip((half * normals[:, None]).sum(axis=2), 0, None) ** 36 * power).sum(axis=1) * gloss * 7
        ambient = self._ambient * (0.62 + 0.38 * normals[:, 2])  # the board reflects less light than the room
        linear = (albedo * (0.75 * lit + ambient)[:, None] + gleam[:, None]) * self._tint
        shaded: Floats = tone(linear, self._mount).astype(float)
        return shaded


class _Mesh:
    """The surface of a dart: rings of corners along it, and flat wings."""

    def __init__(
        self, tubes: Floats, normals: Floats, albedo: Floats, gloss: Floats, wings: Floats, wing_normals: Floats, wing_albedo: Floats
    ) -> None:
        self.tubes = tubes  # (rings, around, 3)
        self.normals = normals  # ((rings - 1) * around, 3)
        self.albedo = albedo
        self.gloss = gloss
        self.wings = wings  # (wings, corners, 3)
        self.wing_normals = wing_normals
        self.wing_albedo = wing_albedo


def _mesh(design: DartDesign, pose: DartPose) -> _Mesh:
    along = pose.along
    across = cross(along, _UP)
    across /= np.linalg.norm(across)
    third = cross(along, across)
    point = np.array([pose.x_mm, pose.y_mm, 0.0]) - pose.depth_mm * along
    out_mm, radius_mm, albedo, gloss = _profile(design)
    hidden = np.searchsorted(out_mm, pose.depth_mm, side="right") - 1
    if pose.depth_mm > 0:
        out_mm, radius_mm, albedo, gloss = out_mm[hidden:].copy(), radius_mm[hidden:], albedo[hidden:], gloss[hidden:]
        out_mm[0] = pose.depth_mm
    angle_rad = np.arange(_AROUND) * math.tau / _AROUND
    spokes = np.cos(angle_rad)[:, None] * across + np.sin(angle_rad)[:, None] * third
    tubes = point + out_mm[:, None, None] * along + radius_mm[:, None, None] * spokes
    between = spokes + np.roll(spokes, -1, axis=0)
    between /= np.linalg.norm(between, axis=1)[:, None]
    lean = -np.diff(radius_mm) / np.maximum(np.diff(out_mm), 1e-3)
    normals = between[None] + lean[:, None, None] * along
    normals = (normals / np.linalg.norm(normals, axis=2)[..., None]).reshape(-1, 3)
    wings, wing_normals, wing_albedo = _wings(design, pose, point, along, (across, third))
    return _Mesh(tubes, normals, np.repeat(albedo[:-1], _AROUND, axis=0), np.repeat(gloss[:-1], _AROUND), wings, wing_normals, wing_albedo)


@lru_cache(maxsize=64)
def _profile(design: DartDesign) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the profile from the point on: distance, radius, albedo and gloss of each section."""
    point = ((0.02, 0.02, 0.021) if design.dark_point else (0.26, 0.27, 0.28), 0.35)
    barrel, stem, accent = (design.barrel, 0.3), (design.stem, 0.1), (design.accent, 0.1)
    thin, wide = design.point_wide_mm / 2, design.barrel_wide_mm / 2
    stations: list[tuple[float, float, tuple[Tint, float]]] = [(0, 0.15, point), (4, thin * 0.7, point), (9, thin, point)]
    stations += [(k, thin, point) for k in (14, 20, 26)]
    start, end = design.point_mm, design.point_mm + design.barrel_mm
    stations += [(start, thin * 1.5, barrel), (start + 3, wide * 0.82, barrel), (start + 7, wide, barrel)]
    grip = np.arange(start + 8, end - 9, design.knurl_mm)
    for k, at in enumerate(grip):
        dark = (design.barrel[0] * 0.45, design.barrel[1] * 0.45, design.barrel[2] * 0.45)
        stations.append((float(at), wide if k % 2 else wide * 0.95, barrel if k % 2 else (dark, 0.1)))
    stations += [(end - 8, wide, accent), (end - 6, wide, barrel), (end - 1, wide * 0.72, barrel), (end, 2.4, stem), (end + 5, 2.2, stem)]
    tail = end + design.stem_mm
    stations += [(end + 7, 1.9, stem), (tail - 8, 1.9, stem), (tail, 1.7, stem), (tail + 12, 0.8, stem)]
    out_mm = np.array([s[0] for s in stations], float)
    return out_mm, np.array([s[1] for s in stations], float), np.array([s[2][0] for s in stations]), np.array([s[2][1] for s in stations])


def _wings(
    design: DartDesign, pose: DartPose, point: Floats, along: Floats, across: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    outline = np.array([*_WINGS[design.wing]], float)
    start = design.point_mm + design.barrel_mm + design.stem_mm - 4
    stripe = outline * (0.86, 0.55) + (3.0, 0.0)
    pad = len(outline) + 1
    shapes, normals, paints = [], [], []
    for quarter in range(4):
        angle = pose.roll_rad + quarter * math.pi / 2
        spoke = math.cos(angle) * across[0] + math.sin(angle) * across[1]
        for shape, paint in ((outline, design.flight), (stripe, design.accent)):
            closed = np.concatenate([shape, [[shape[0, 0], 0.0]]])[:pad]
            lifted = 0.0 if paint is design.flight else 0.15
            shapes.append(point + (start + closed[:, :1]) * along + closed[:, 1:] * spoke)
            normals.append(cross(along, spoke))
            paints.append(np.array(paint) * (1.0 - lifted))
    return np.array(shapes), np.array(normals), np.array(paints)
