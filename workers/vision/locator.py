"""Find where a camera stands: collect still pictures of the empty board and calibrate, or verify a calibration that was given."""

import msgspec
import numpy as np

from schemas.geometry import Calibration
from schemas.pipe.from_worker import Calibrated, OrientationUnknown
from schemas.pipe.to_worker import Configure
from workers.vision.calibration import CalibrationRefusedError, OrientationUnknownError, calibrate, read_orientation, verify
from workers.vision.frame import Image

# Measure again: `dartd calibrate PICTURE…` (time and residual), `dartd calibrate PICTURE --check JSON` (drift).
CALIBRATION_FRAMES = 5  # still pictures whose median is calibrated from; one is enough in a recording, which has no sensor noise to average
RETRY_S = 5.0  # after a refusal, until pictures are collected again
FIRST_WAIT_S, LONGEST_WAIT_S = 20.0, 600.0  # until numbers that could not be read are tried again: half a second of the processor
KEPT_PX = 1.0  # a given calibration that has drifted by less than this is kept


class CameraLocator:
    """The search for the position of one camera.

    `candidate` is a calibration to verify first, None if a new one must be taken. `candidate_empty` is the empty board that belongs to it,
    registered with its picture; None if it is not known.
    """

    def __init__(self, configure: Configure, candidate_empty: Image | None) -> None:
        self.candidate = configure.calibration
        self.candidate_empty = candidate_empty
        self._source = configure.source
        self._board = configure.board
        self._pictures: list[Image] = []
        self._retry_s = -np.inf
        self._epoch = 0
        self._read_again_s, self._wait_s = -np.inf, FIRST_WAIT_S
        self.unoriented: OrientationUnknownError | None = None  # why the last calibration leaves the rotation of the board open

    def restart(self) -> None:
        """Forget the pictures that were collected, and the pause after a refusal."""
        self._pictures.clear()
        self._retry_s = -np.inf

    def is_complete(self, *, recorded: bool) -> bool:
        """Return whether enough pictures are collected."""
        return len(self._pictures) >= (1 if recorded else CALIBRATION_FRAMES)

    def is_paused(self, t_s: float) -> bool:
        """Return whether a refusal is too recent to try again."""
        return t_s < self._retry_s

    def add(self, picture: Image) -> None:
        """Collect a still picture."""
        self._pictures.append(picture)

    def message(self, calibration: Calibration, t_s: float, *, kept: bool) -> Calibrated | OrientationUnknown:
        """Return the message that the camera is calibrated, or calibrated but for its rotation."""
        camera_id, unknown = self._source.camera_id, self.unoriented
        if unknown is None:
            return Calibrated(camera_id=camera_id, t_s=t_s, calibration=calibration, kept=kept)
        log_odds, reason = unknown.log_odds, unknown.reason
        return OrientationUnknown(camera_id=camera_id, t_s=t_s, calibration=calibration, log_odds=log_odds, reason=reason)

    def read_again(self, picture: Image, calibration: Calibration, t_s: float) -> Calibration | None:
        """Return the calibration with the rotation of the board, if its numbers are legible now: light changes, and people step aside.

        Each time that they are not it is tried half as often.
        """
        if self.unoriented is None or t_s < self._read_again_s:
            return None
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        self._read_again_s = t_s + self._wait_s
        try:
            return read_orientation(picture, calibration, self._board)
        except CalibrationRefusedError:
            return None

    def discard(self) -> None:
        """Forget the pictures that were collected: something moved."""
        self._pictures.clear()

    def verified(self, picture: Image, *, has_darts: bool) -> Calibration | None:
        """Return the candidate if it fits a picture, else None; with darts in the board its lines are not measured."""
        calibration = self.candidate
        if calibration is None or picture.shape[:2] != (calibration.height, calibration.width):
            return None
        return calibration if has_darts or verify(picture, calibration, self._board) < KEPT_PX else None

    def calibrate(self, t_s: float) -> tuple[Calibration, Image]:
        """Calibrate from the collected pictures; return the calibration and the median picture, and start collecting anew.

        If the rotation of the board is unknown, the calibration is one of the ten possible ones, and `unoriented` says so.

        Raises:
            CalibrationRefusedError: the pictures allow no calibration; it is tried again after `RETRY_S`.
        """
        frames, self._pictures = self._pictures, []
        source, self.unoriented = self._source, None
        try:
            calibration = calibrate(frames, self._board, source.camera_id, source.near_sector, lens=source.lens)
        except OrientationUnknownError as unknown:
            self.unoriented, calibration = unknown, unknown.calibration
            self._read_again_s, self._wait_s = t_s + FIRST_WAIT_S, FIRST_WAIT_S
        except CalibrationRefusedError:
            self._retry_s = t_s + RETRY_S
            raise
        self._epoch += 1
        still = frames[0] if len(frames) == 1 else np.median(np.stack(frames), axis=0).astype(np.uint8)
        return msgspec.structs.replace(calibration, epoch=self._epoch), still
