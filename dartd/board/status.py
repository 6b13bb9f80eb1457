"""The status of the board that is published, next to the state of the throw machine."""

from schemas.events import BoardStatus, ThrowState


class BoardReadiness:
    """What the status depends on besides the state. `unwatched`: no camera has watched the board for a while."""

    def __init__(self, *, stopped: bool = False) -> None:
        self.stopped = stopped
        self.calibrating = False
        self.unwatched = False
        self._ready = False
        self._was_ready = False
        self._failed = False

    @property
    def is_watching(self) -> bool:
        """Return whether reports of the cameras count."""
        return not (self.stopped or self.calibrating)

    def start(self) -> None:
        """Detect and score again."""
        self.unwatched |= self.stopped
        self.stopped = False

    def set_cameras(self, *, ready: bool, calibrating: bool, failed: bool) -> None:
        """Take over what the cameras are up to together."""
        self.unwatched |= (ready and not self._ready) or (self.calibrating and not calibrating)
        self._ready, self.calibrating, self._failed = ready, calibrating, failed
        self._was_ready |= ready

    def status(self, state: ThrowState) -> BoardStatus:
        """Name the status: what keeps the board from scoring goes before what it is doing."""
        if self.stopped:
            return "stopped"
        if self.calibrating:
            return "calibrating"
        if not self._ready:
            return "error" if self._was_ready or self._failed else "starting"
        return "takeout" if state == "pull_out_started" else "throw"
