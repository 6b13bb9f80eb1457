"""Samples of the daemon and its machine every second, for the decider of alerts."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

import anyio

from dartd.decision import CameraSample, Sample, WebhookSample, ZoneSample
from dartd.errors import DartdError
from dartd.figures import HostUsage
from dartd.metrics import Metrics
from dartd.outlets.occupancy import OccupancyServices, zones_now
from dartd.runtime.outlet_states import OutletStates
from dartd.store.zones import active_zones
from schemas.base import CameraId
from schemas.events import CameraState
from schemas.pipe.from_worker import FaultKind
from schemas.pipe.to_worker import SourceSpec

_log = logging.getLogger(__name__)

PERIOD_S: Final = 1.0
ZONES_EVERY: Final = 15  # samples: a zone is empty for minutes before that is an alert


class CameraHealth(Protocol):
    """The state of a camera process."""

    @property
    def state(self) -> CameraState:
        """Return the state of the camera."""

    @property
    def fps(self) -> float:
        """Return the measured frames per second."""

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Return the faults of the camera."""


class WebhookSamples(Protocol):
    """The webhooks."""

    def samples(self) -> Sequence[WebhookSample]:
        """Return how each active webhook does."""


class BackupProblem(Protocol):
    """The backups."""

    @property
    def problem(self) -> str | None:
        """Return why the last backup failed, or that it is overdue; None if nothing is wrong."""


class SampledServices(OccupancyServices, Protocol):
    """What samples are taken from, next to the zones."""

    @property
    def metrics(self) -> Metrics:
        """Return the metrics, which have the times of commits."""

    @property
    def webhooks(self) -> WebhookSamples:
        """Return the webhooks."""

    @property
    def outlets(self) -> OutletStates:
        """Return the outlets that follow the journal."""

    @property
    def backups(self) -> BackupProblem:
        """Return the backups."""


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Takes samples. `sources` are the configured cameras, `host` the usage of the machine.

    While the journal cannot be written (`stalled`), each sample counts as a commit that took as long as samples are apart.
    """

    cameras: Callable[[], Mapping[CameraId, CameraHealth]]
    sources: Callable[[], Mapping[CameraId, SourceSpec]]
    host: Callable[[], HostUsage]
    stalled: Callable[[], bool]
    deliver: Callable[[Sample], Awaitable[None]]

    async def run(self, services: SampledServices) -> NoReturn:
        """Deliver a sample every second; it waits where the inbox is full."""
        number, zones = 0, tuple[ZoneSample, ...]()
        while True:
            if number % ZONES_EVERY == 0:
                zones = await watched_zones(services)
            number += 1
            await self.deliver(self.sample(services, zones))
            await anyio.sleep(PERIOD_S)

    def sample(self, services: SampledServices, zones: Sequence[ZoneSample] = ()) -> Sample:
        """Return the figures of now."""
        sources, host = self.sources(), self.host()
        commits_s = services.metrics.take_commits_s()
        return Sample(
            cameras=tuple(
                CameraSample(
                    camera_id=camera_id,
                    state=health.state,
                    fps=health.fps,
                    expected_fps=sources[camera_id].fps if camera_id in sources else 0.0,
                    faults=health.faults,
                )
                for camera_id, health in self.cameras().items()
            ),
            cpu_percent=host.cpu_percent,
            memory_percent=host.memory_percent,
            temperature_c=host.temperature,
            disk_free_mb=None if host.disk_free_bytes is None else host.disk_free_bytes / 1e6,
            commits_ms=tuple(each * 1000 for each in (*commits_s, *([PERIOD_S] if self.stalled() else []))),
            webhooks=tuple(services.webhooks.samples()),
            outlets=services.outlets.figures(),
            zones=tuple(zones),
            backup_problem=services.backups.problem,
        )


async def watched_zones(services: OccupancyServices) -> tuple[ZoneSample, ...]:
    """Return the zones that are to have something in them; none where the store cannot be read, which is logged."""
    try:
        rows = [row for row in await services.database.query(active_zones) if row.min]
    except DartdError as error:
        _log.warning("the zones could not be read: %s", error)
        return ()
    counts = await zones_now(services) if rows else {}
    return tuple(
        ZoneSample(zone_id=row.zone_id, name=row.name, count=counts[row.zone_id].count, min=row.min)
        for row in rows
        if counts and row.zone_id in counts
    )
