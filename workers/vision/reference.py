"""The stable picture that new ones are compared with, and the comparison."""

from dataclasses import dataclass

import cv2
import numpy as np

from workers.vision.difference import Difference, difference, edge_strength
from workers.vision.frame import Image
from workers.vision.region import Region
from workers.vision.registration import Alignment, Corners, align, carry_back, find_corners


@dataclass(frozen=True)
class Reference:
    """A still picture, laid over the picture of the calibration, with what every comparison needs of it."""

    picture: Image
    corners: Corners
    edges: Image
    taken_s: float

    @classmethod
    def of(cls, picture: Image, face: Image, taken_s: float) -> "Reference":
        """Prepare a picture; corners are looked for where `face` is 255."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        return cls(picture, find_corners(grey, face), edge_strength(picture), taken_s)


@dataclass(frozen=True)
class Comparison:
    """A new picture laid over the reference, and what differs; `alignment` is None when the camera's movement could not be told.

    `raw` is the picture as the camera took it.
    """

    picture: Image
    alignment: Alignment | None
    difference: Difference
    raw: Image


def lay_over(reference: Reference, picture: Image) -> tuple[Image, Alignment | None]:
    """Lay a picture over the reference; as it is, and None, when the camera's movement cannot be told."""
    alignment = align(reference.corners, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))
    return (picture if alignment is None else carry_back(picture, alignment)), alignment


def compare(reference: Reference, picture: Image, region: Region) -> Comparison:
    """Lay a new picture over the reference and take the difference."""
    laid, alignment = lay_over(reference, picture)
    return Comparison(laid, alignment, difference(reference.picture, laid, reference.edges, region.volume), picture)
