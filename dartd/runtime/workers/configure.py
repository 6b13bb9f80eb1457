"""Build the first message of a camera process: its source, the board, and the current state."""

from dartd.board.core import Board
from dartd.config import Config
from dartd.runtime.fault_injection import FaultInjector
from dartd.runtime.workers.rig import CameraRig
from dartd.store.calibrations import Calibrations
from dartd.store.images import THROW_BYTES
from schemas.base import CameraId
from schemas.pipe.to_worker import Configure


class Configurations:
    """Builds `Configure` messages. Media time starts at `began_s`, and that of a simulated scene at `epoch_s`."""

    def __init__(
        self,
        config: Config,
        rig: CameraRig,
        board: Board,
        calibrations: Calibrations,
        faults: FaultInjector,
        *,
        began_s: float,
        epoch_s: float,
    ) -> None:
        self._config = config
        self._board = board
        self._calibrations = calibrations
        self._faults = faults
        self._began_s = began_s
        self._epoch_s = epoch_s
        self._rig = rig

    def of_camera(self, camera_id: CameraId) -> Configure:
        """Return the message for one camera, with its current calibration and the darts that are in the board now."""
        config, source = self._config, self._rig.sources[camera_id]
        return Configure(
            source=source,
            board=config.board.spec,
            calibration=self._calibrations.of(camera_id),
            darts=self._board.known_darts(),
            start_s=self._epoch_s if source.url.startswith("sim:") else self._began_s,
            state_dir=str(config.state_path),
            images_dir=None if config.images_path is None else str(config.images_path),
            image_free_bytes=config.images.keep_free_mb * 1_000_000,
            image_bytes=THROW_BYTES // max(1, len(self._rig.sources)),
            faults=self._faults.of_camera(camera_id),
        )
