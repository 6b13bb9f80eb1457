"""A dartboard drawn by the tests, seen through any camera: exact truth for every module of the calibration."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.board import SECTORS, BoardSpec
from workers.vision.calibration.camera_model import WIRE_HEIGHT_MM, CameraModel

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]

CLASSIC = ((35, 35, 35), (200, 215, 220), (40, 30, 190), (70, 130, 30), (28, 28, 28))
BLUE_AND_BLACK = ((30, 30, 30), (200, 120, 50), (60, 60, 60), (225, 225, 225), (28, 28, 28))

HALF_MM = 330.0
TEXEL_MM = 0.4


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A camera, the look of a board, and the faults of a picture.

    `colours` are BGR: dark beds, light beds, rings of dark beds, rings of light beds, number ring. `paint` may draw on the face.
    """

    width: int = 800
    height: int = 600
    focal_px: float = 600.0
    center_px: tuple[float, float] = (402.0, 296.0)
    k1: float = 0.0
    azimuth_deg: float = -80.0
    elevation_deg: float = 45.0
    distance_mm: float = 370.0
    aim_mm: tuple[float, float] = (0.0, 0.0)
    roll_deg: float = 0.0
    colours: tuple[tuple[int, int, int], ...] = CLASSIC
    surround: tuple[int, int, int] = (60, 50, 45)
    wire_mm: float = 1.2
    flipped_numbers: bool = False
    numbers: bool = True
    gain: float = 1.0
    noise: float = 2.0
    blur_px: float = 0.8
    seed: int = 1
    paint: Callable[[Image], None] | None = field(default=None, compare=False)

    @property
    def rotation(self) -> Floats:
        """Return the rotation from board to camera."""
        center = self.center_mm
        forward = np.array([*self.aim_mm, 0.0]) - center
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        upright = np.stack([right, np.cross(forward, right), forward])
        roll = np.radians(self.roll_deg)
        rotation = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        return np.asarray(rotation @ upright)

    @property
    def center_mm(self) -> Floats:
        """Return the position of the camera in the board frame."""
        azimuth, elevation = np.radians(self.azimuth_deg), np.radians(self.elevation_deg)
        flat = np.cos(elevation)
        return self.distance_mm * np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])

    @property
    def translation_mm(self) -> Floats:
        """Return the translation from board to camera."""
        return np.asarray(-self.rotation @ self.center_mm)

    @property
    def matrix(self) -> Floats:
        """Return the camera matrix."""
        return np.array([[self.focal_px, 0, self.center_px[0]], [0, self.focal_px, self.center_px[1]], [0, 0, 1]])

    @property
    def lens(self) -> Floats:
        """Return the lens terms."""
        return np.array([self.k1, 0, 0, 0, 0], float)

    def project(self, points_mm: Floats) -> Floats:
        """Project board points (n, 3) to pixels (n, 2)."""
        pixels, _ = cv2.projectPoints(points_mm, cv2.Rodrigues(self.rotation)[0], self.translation_mm, self.matrix, self.lens)
        return np.asarray(pixels, float).reshape(-1, 2)

    def picture(self) -> Image:
        """Draw the board and look at it through the camera."""
        texture = _drawn(self)
        if self.paint is not None:
            self.paint(texture)
        over = 2
        grid = (np.arange(self.width * over) + 0.5) / over - 0.5, (np.arange(self.height * over) + 0.5) / over - 0.5
        u, v = np.meshgrid(*grid)
        flat = cv2.undistortPoints(np.stack([u.ravel(), v.ravel()], axis=1).reshape(-1, 1, 2), self.matrix, self.lens)
        rays = np.column_stack([np.asarray(flat, float).reshape(-1, 2), np.ones(u.size)]) @ self.rotation
        center = self.center_mm
        with np.errstate(divide="ignore", invalid="ignore"):
            face = center[:2] - rays[:, :2] * (center[2] / rays[:, 2])[:, None]
        face[rays[:, 2] >= 0] = 1e6
        x = ((face[:, 0] + HALF_MM) / TEXEL_MM - 0.5).reshape(u.shape).astype(np.float32)
        y = ((HALF_MM - face[:, 1]) / TEXEL_MM - 0.5).reshape(u.shape).astype(np.float32)
        fine = cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderValue=(110, 120, 125)).astype(np.float32)
        seen = np.asarray(cv2.GaussianBlur(cv2.resize(fine, (self.width, self.height), interpolation=cv2.INTER_AREA), (0, 0), self.blur_px))
        shade = np.linspace(0.75, 1.1, self.width, dtype=np.float32)[None, :, None]
        rough = np.random.default_rng(self.seed).normal(0, self.noise, seen.shape)
        return np.asarray(np.clip(seen * shade * self.gain + rough, 0, 255), np.uint8)


def _drawn(scene: Scene) -> Image:
    """Draw the face of the board, wires at the height of the face."""
    board = BoardSpec()
    dark, light, dark_ring, light_ring, black = scene.colours
    half = np.arange(round(2 * HALF_MM / TEXEL_MM))
    x = (half + 0.5) * TEXEL_MM - HALF_MM
    xx, yy = np.meshgrid(x, -x)
    radius, angle = np.hypot(xx, yy), np.arctan2(yy, xx)
    clockwise = ((np.pi / 2 - angle) / (np.pi / 10)) % 20
    is_dark = np.round(clockwise) % 2 == 0
    picture = np.empty((*radius.shape, 3), np.uint8)
    picture[:] = scene.surround
    for outer, of_dark, of_light in (
        (board.edge_mm, black, black),
        (board.double_outer_mm, dark_ring, light_ring),
        (board.double_inner_mm, dark, light),
        (board.triple_outer_mm, dark_ring, light_ring),
        (board.triple_inner_mm, dark, light),
        (board.single_bull_mm, light_ring, light_ring),
        (board.bull_mm, dark_ring, dark_ring),
    ):
        within = radius < outer
        picture[within & is_dark], picture[within & ~is_dark] = of_dark, of_light
    wire = np.zeros_like(is_dark)
    for at in board.radii_mm:
        wire |= np.abs(radius - at) < scene.wire_mm / 2
    off = (clockwise + 0.5) % 1
    along_normals = radius * np.sin(np.minimum(off, 1 - off) * np.pi / 10)
    wire |= (along_normals < scene.wire_mm / 2) & (radius > board.single_bull_mm) & (radius < board.double_outer_mm + 4)
    picture[wire] = (170, 175, 175)
    if scene.numbers:
        for place, number in enumerate(SECTORS):
            _write(picture, number, place, head_over=scene.flipped_numbers and 6 < place < 14)
    return picture


def _write(picture: Image, number: int, place: int, *, head_over: bool) -> None:
    size = 96
    canvas = np.zeros((size, size), np.uint8)
    text, scale, thick = str(number), 1.6, 4
    (wide, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    cv2.putText(canvas, text, ((size - wide) // 2, (size + tall) // 2), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
    angle = place * 18.0
    spin = cv2.getRotationMatrix2D((size / 2, size / 2), -angle + (180 if head_over else 0), 1.0)
    rotated = cv2.warpAffine(canvas, spin, (size, size))
    theta = np.radians(90 - angle)
    column = round((198 * np.cos(theta) + HALF_MM) / TEXEL_MM - size / 2)
    row = round((HALF_MM - 198 * np.sin(theta)) / TEXEL_MM - size / 2)
    patch = picture[row : row + size, column : column + size]
    share = rotated[..., None] / 255.0
    patch[:] = (patch * (1 - share) + 205 * share).astype(np.uint8)


@pytest.fixture(scope="session")
def scene() -> type[Scene]:
    """Return the scenes that a test can make."""
    return Scene


@pytest.fixture(scope="session")
def blue_and_black() -> tuple[tuple[int, int, int], ...]:
    """Return the colours of a board without red, green and cream."""
    return BLUE_AND_BLACK


@pytest.fixture(scope="session")
def true_model() -> Callable[[Scene], CameraModel]:
    """Return the model of a scene; the drawn wires lie flat, so the face is taken to be a wire's height below them."""

    def of(scene: Scene) -> CameraModel:
        rotation = np.asarray(cv2.Rodrigues(scene.rotation)[0], float).ravel()
        translation = scene.translation_mm - scene.rotation[:, 2] * WIRE_HEIGHT_MM
        return CameraModel(scene.focal_px, scene.center_px, scene.k1, 0.0, rotation, translation)

    return of
