"""What a camera sees of darts and hands in one picture, in normalised image coordinates."""

from typing import Literal

from schemas.base import DartId, Value
from schemas.geometry import Pixel

Finding = Literal["nothing", "dart", "hand", "light", "moved", "other"]


class CrossSection(Value, frozen=True, array_like=True, kw_only=True):
    """A cross-section of a dart: the middle between its two edges in normalised coordinates, and its weight (0 to 1).

    `hidden` says which edge may be the edge of another dart that was there before: 1 the one on the side of `(-dv, du)` of the sighting,
    -1 the other, 2 both, 0 neither.
    """

    u: float
    v: float
    half_width: float
    weight: float
    hidden: int = 0


class Sighting(Value, frozen=True, kw_only=True):
    """A straight thin object that is new in a camera's picture and may be a dart.

    `u, v` is the end that points into the board and `du, dv` the unit direction from there along the dart, all normalised and mapped to
    the picture of the calibration. `sigma_across` and `sigma_along` are standard deviations of the end, `sigma_angle_rad` of the
    direction. `leaving` is the share of it that looks like the empty board now and did not before: an object left, none arrived.
    """

    tip: Pixel
    u: float
    v: float
    du: float
    dv: float
    length: float
    sigma_across: float
    sigma_angle_rad: float
    sigma_along: float
    confidence: float
    tip_occluded: bool = False
    leaving: float = 0.0
    sections: tuple[CrossSection, ...] = ()


class Blob(Value, frozen=True, array_like=True, kw_only=True):
    """A wide part of a change: its centre in normalised coordinates, and its radius at focal length 1."""

    u: float
    v: float
    radius: float


class DartPresence(Value, frozen=True, kw_only=True):
    """How much of a known dart is still visible: 1 as when it was new, 0 as before it arrived; `weight` is how much could be judged."""

    dart_id: DartId
    score: float
    weight: float
