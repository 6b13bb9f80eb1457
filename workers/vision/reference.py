"""The reference, the still picture that new pictures are compared with, and the comparison."""

from dataclasses import dataclass

import cv2
import numpy as np

from workers.vision.board_masks import BoardMasks
from workers.vision.difference import Difference, difference, edge_strength
from workers.vision.frame import Image
from workers.vision.registration import Alignment, Corners, align, find_corners, warp_back


@dataclass(frozen=True)
class Reference:
    """A still picture with the data that every comparison needs; `registered` with the picture of the calibration, if that was possible."""

    picture: Image
    corners: Corners
    edges: Image
    taken_s: float
    registered: bool

    @classmethod
    def of(cls, picture: Image, face: Image, taken_s: float, *, registered: bool = True) -> "Reference":
        """Prepare a picture; corners are searched where `face` is 255."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        return cls(picture, find_corners(grey, face), edge_strength(picture), taken_s, registered)


@dataclass(frozen=True)
class Comparison:
    """A new picture registered with the reference, and the difference; `alignment` is None if the registration failed.

    `raw` is the picture as the camera took it. `registered` says that the reference is registered with the picture of the calibration,
    and so is this one.
    """

    picture: Image
    alignment: Alignment | None
    difference: Difference
    raw: Image
    registered: bool


def register(reference: Reference, picture: Image) -> tuple[Image, Alignment | None]:
    """Register a picture with the reference; return it unchanged, and None, if that fails."""
    alignment = align(reference.corners, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))
    return (picture if alignment is None else warp_back(picture, alignment)), alignment


def compare(reference: Reference, picture: Image, masks: BoardMasks) -> Comparison:
    """Register a new picture with the reference and compute the difference."""
    registered, alignment = register(reference, picture)
    shown = difference(reference.picture, registered, reference.edges, masks.volume)
    return Comparison(registered, alignment, shown, picture, reference.registered and alignment is not None)
