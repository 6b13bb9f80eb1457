"""What a detector knows beyond its pictures: what the supervisor decided, and a picture that waits for its decision."""

from dataclasses import dataclass

from schemas.pipe.to_worker import KnownDart, RenewReference
from workers.vision.episode import Episode
from workers.vision.reference import Comparison


@dataclass
class BoardKnowledge:
    """What the supervisor decided about the board; `renewal` is its request for a new reference, which the next still picture answers."""

    darts: tuple[KnownDart, ...] = ()
    takeout: bool = False
    renewal: RenewReference | None = None


@dataclass(frozen=True)
class WithheldPicture:
    """The last settled picture that looked like a hand: it becomes the reference only if the supervisor says that it shows none."""

    episode: Episode
    comparison: Comparison
    t_s: float
