"""Accuracy: how often the published bed of a dart was the true one, from feedback and corrections."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import Id
from schemas.api.statistics import When
from schemas.base import Value

BedLabel = Annotated[str, Meta(description="a bed such as T20, S5, 25, BULL or M7; ? for a dart without a bed, NONE for no dart")]
FailureMode = Literal[
    "adjacent_sector", "other_ring", "adjacent_sector_and_ring", "distant_bed", "not_localised", "not_detected", "no_dart", "bed_unknown"
]
Level = Literal["green", "yellow", "red"]


class AccuracyQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which darts: thrown since a day or time, by one player, at one board."""

    since: When | None = None
    player_id: Id | None = None
    board_id: Id | None = None


class SectorAccuracy(Value, frozen=True, kw_only=True):
    """The darts that were published in one sector; null: bulls, and darts without a sector."""

    sector: int | None
    darts: int
    verified: int
    correct: int
    rate: float | None


class RingAccuracy(Value, frozen=True, kw_only=True):
    """The darts that were published in one ring; `single` is both singles, `unscored` a dart without a bed, `none` no dart."""

    ring: Literal["triple", "double", "single", "single_bull", "bull", "miss", "unscored", "none"]
    darts: int
    verified: int
    correct: int
    rate: float | None


class ConfusionCell(Value, frozen=True, kw_only=True):
    """How many verified darts were published as `told` and were `true`."""

    told: BedLabel
    true: BedLabel
    count: int


class FailedThrow(Value, frozen=True, kw_only=True):
    """A throw with a wrong bed; `true` null: the bed is not known. `image_paths` are the images that are stored."""

    throw_id: str
    told: BedLabel
    true: BedLabel | None
    image_paths: tuple[str, ...] = ()


class FailureModeCount(Value, frozen=True, kw_only=True):
    """How often darts failed in one way, as a share of all failures; the latest throws of it."""

    mode: FailureMode
    description: str
    count: int
    share: float
    throw_ids: tuple[str, ...]
    throws: tuple[FailedThrow, ...]


class BedAccuracy(Value, frozen=True, kw_only=True):
    """The verified darts that were published in one bed: `green` over 90 % correct, `yellow` from 70 %, else `red`."""

    label: BedLabel
    rate: float
    count: int
    level: Level


class AccuracyReport(Value, frozen=True, kw_only=True):
    """How often the published bed was the true one; rates are between 0 and 1, null without a verified dart.

    `darts` are all that the cameras published, `verified` those with feedback or a correction (the last one counts).
    `undisputed` is the share of all darts that were not found wrong.
    """

    darts: int
    verified: int
    correct: int
    rate: float | None
    undisputed: float | None
    by_sector: tuple[SectorAccuracy, ...]
    by_ring: tuple[RingAccuracy, ...]
    confusion: tuple[ConfusionCell, ...]
    failure_modes: tuple[FailureModeCount, ...]
    heat_map: tuple[BedAccuracy, ...]
