"""An episode: one motion before a camera, from the first frame that changes until the picture is still again."""

from dataclasses import dataclass

from schemas.base import CameraId
from schemas.pipe.from_worker import MotionDetected, Settled
from workers.vision.analysis import PictureAnalysis
from workers.vision.motion import MotionSample
from workers.vision.scene import Scene

# Measure again: `python -m tests.bench.quiet --minutes 60 --confusion` (disturbances that are reported as flights or hands).
FLIGHT_S = 0.3  # a dart appears in flight before it shakes the board; a fly that walks looks like a streak only later
BRIEF_S = 1.0  # a dart has flown, fallen and stopped shaking the board after this time; a person walking past takes longer


@dataclass
class Episode:
    """One motion; times are media time.

    `max_share` is the largest share of the board that differed, `flight` is true once a streak was seen in its first frames, `hand` once a
    moving picture showed a hand, `wide` if the last moving picture that was examined showed a blob as wide as a hand. `analysis` belongs to
    the first still frame; it is None when it must be done again.
    """

    number: int
    started_s: float
    examined_s: float
    max_share: float = 0.0
    flight: bool = False
    hand: bool = False
    wide: bool = False
    still_since_s: float | None = None
    analysis: PictureAnalysis | None = None

    def add(self, sample: MotionSample, t_s: float) -> None:
        """Update the episode with the motion sample of a frame."""
        self.max_share = max(self.max_share, sample.share)
        self.flight = self.flight or (sample.streak and t_s - self.started_s <= FLIGHT_S)

    def resume_motion(self) -> None:
        """Note that the picture moves again: the first still frame is still to come."""
        self.still_since_s, self.analysis = None, None

    def examine(self, t_s: float, *, wide: bool) -> bool:
        """Note whether a moving picture shows a blob as wide as a hand; return whether it is one: two such pictures in a row are.

        A dart that falls close to a camera is as wide, but only in one picture.
        """
        self.examined_s = t_s
        self.hand, self.wide = wide and self.wide, wide
        return self.hand

    def motion_message(self, camera_id: CameraId, t_s: float, share: float) -> MotionDetected:
        """Return the message that reports this motion."""
        return MotionDetected(camera_id=camera_id, t_s=t_s, episode=self.number, hand=self.hand, changed_share=share)

    def settled_message(self, camera_id: CameraId, t_s: float, analysis: PictureAnalysis, scene: Scene) -> Settled:
        """Return the message that reports the end of this motion and what has changed."""
        share = scene.face_share(analysis.comparison)
        still_s = t_s if self.still_since_s is None else self.still_since_s
        return Settled(
            camera_id=camera_id,
            t_s=still_s,
            episode=self.number,
            started_s=self.started_s,
            finding=analysis.finding,
            changed_share=share,
            max_share=max(self.max_share, share),
            flight=self.flight and still_s - self.started_s <= BRIEF_S,
            empty_share=None if analysis.versus_empty is None else scene.empty_share(analysis.versus_empty),
            sightings=analysis.sightings,
            sightings_on_empty=analysis.darts_changed,
            blobs=analysis.blobs,
            blobs_on_empty=analysis.blobs_on_empty,
            presence=analysis.presence,
            evidence=analysis.evidence,
        )
