"""Pictures of a chessboard, as a camera with a known lens takes them."""

import cv2
import numpy as np

from workers.vision.calibration.chessboard import INNER, SQUARE_MM
from workers.vision.frame import Image

WIDTH, HEIGHT = 800, 600
FAR_MM = 420.0
FINER = 2


def chessboard_picture(
    focal_px: float,
    center_px: tuple[float, float],
    distortion: tuple[float, float, float, float],
    tilt_rad: tuple[float, float],
    at_mm: tuple[float, float],
) -> Image:
    """Take a picture (800 x 600) of the chessboard, tilted about x and y, with its middle `at_mm` from where the camera looks."""
    across, down = (INNER[0] + 1) * SQUARE_MM, (INNER[1] + 1) * SQUARE_MM
    rotation = cv2.Rodrigues(np.array([tilt_rad[0], tilt_rad[1], 0.0]))[0]
    middle = np.array([at_mm[0], at_mm[1], FAR_MM])
    x, y = np.meshgrid((np.arange(WIDTH * FINER) + 0.5) / FINER - 0.5, (np.arange(HEIGHT * FINER) + 0.5) / FINER - 0.5)
    matrix = np.array([[focal_px, 0, center_px[0]], [0, focal_px, center_px[1]], [0, 0, 1]])
    pixels = np.ascontiguousarray(np.stack([x, y], axis=-1).reshape(-1, 1, 2))
    flat = np.asarray(cv2.undistortPoints(pixels, matrix, np.array([*distortion, 0.0]))).reshape(-1, 2)
    rays = np.column_stack([flat, np.ones(len(flat))])
    reach = (rotation[:, 2] @ middle) / (rays @ rotation[:, 2])
    board = (rays * reach[:, None] - middle) @ rotation[:, :2]
    u, v = board[:, 0] + across / 2, board[:, 1] + down / 2
    inside = (u >= 0) & (u < across) & (v >= 0) & (v < down)
    dark = (np.floor(u / SQUARE_MM) + np.floor(v / SQUARE_MM)) % 2 == 0
    grey = np.where(inside & dark, 30.0, 220.0).reshape(HEIGHT * FINER, WIDTH * FINER)
    small = cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 0.6).astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)
