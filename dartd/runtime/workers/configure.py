"""What a camera's process is told whenever it starts."""

from dartd.board.core import Board
from dartd.config import Config
from dartd.runtime.fault_injection import Mischief
from dartd.store.calibrations import Calibrations
from dartd.store.images import THROW_BYTES
from schemas.base import CameraId
from schemas.pipe.to_worker import Configure


class Briefing:
    """Its source, the board, and what is known already. Media time begins at `began_s`, of a simulated scene at `epoch_s`."""

    def __init__(
        self, config: Config, board: Board, calibrations: Calibrations, mischief: Mischief, *, began_s: float, epoch_s: float
    ) -> None:
        self._config = config
        self._board = board
        self._calibrations = calibrations
        self._mischief = mischief
        self._began_s = began_s
        self._epoch_s = epoch_s
        self._sources = {camera.camera_id: camera.source for camera in config.cameras}

    def of(self, camera_id: CameraId) -> Configure:
        """Tell one camera, as things are now."""
        config, source = self._config, self._sources[camera_id]
        return Configure(
            source=source,
            board=config.board.spec,
            calibration=self._calibrations.of(camera_id),
            darts=self._board.known_darts(),
            start_s=self._epoch_s if source.url.startswith("sim:") else self._began_s,
            state_dir=str(config.state_path),
            images_dir=None if config.images_path is None else str(config.images_path),
            image_bytes=THROW_BYTES // len(self._sources),
            faults=self._mischief.of_camera(camera_id),
        )
