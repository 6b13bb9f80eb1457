"""Points, axes and cameras: the geometry that daemon and camera processes share.

Board frame: millimetres, origin in the bull on the face (z = 0), +x right, +y up (the 20), +z out of the board towards the thrower.
Camera frame: OpenCV's (x right, y down, z forward). `X_cam = R @ X_board + t`.
Normalised coordinates (u, v): the undistorted picture at focal length 1; `(u, v, 1)` is a ray in the camera frame.
Pixels: (0, 0) is the centre of the top-left pixel.
"""

from schemas.base import CameraId, Value


class Point(Value, frozen=True, kw_only=True):
    """A point on the face of the board, in millimetres."""

    x_mm: float
    y_mm: float


class Pixel(Value, frozen=True, kw_only=True):
    """A point in the picture of a camera, in pixels of the full frame."""

    x: float
    y: float


class Axis3(Value, frozen=True, kw_only=True):
    """The axis of a dart: its intersection with the face, and its slopes along x and y per millimetre out of the board."""

    x_mm: float
    y_mm: float
    slope_x: float = 0.0
    slope_y: float = 0.0


class Calibration(Value, frozen=True, kw_only=True):
    """The pinhole model of a camera with distortion (Brown-Conrady: radial k1, k2, tangential p1, p2) and its pose relative to the board.

    `rotation` is the row-major 3x3 matrix R from board to camera; `translation_mm` is t. `epoch` counts the calibrations of a camera.
    `calibrated_at` is wall time (ISO 8601), given by the daemon.
    """

    camera_id: CameraId
    width: int
    height: int
    focal_x_px: float
    focal_y_px: float
    center_x_px: float
    center_y_px: float
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    rotation: tuple[float, float, float, float, float, float, float, float, float]
    translation_mm: tuple[float, float, float]
    residual_px: float
    residual_mm: float
    samples: int = 0
    calibrated_at: str | None = None
    epoch: int = 0
