"""Figures for `/metrics`, collected at each scrape."""

from dartd.figures import CameraFigures, HostUsage, HubFigures
from dartd.runtime.hub.hub import Hub
from dartd.runtime.process_usage import usage_of
from dartd.runtime.workers.supervisor import Supervisor
from dartd.web.connections.clients import Clients
from dartd.web.host import HostSample
from schemas.events import Snapshot


def camera_figures(supervisor: Supervisor, board: Snapshot) -> list[CameraFigures]:
    """Return the figures of each camera. The usage of its process is read from /proc, which is memory: some microseconds."""
    calibrated = {camera.camera_id: camera for camera in board.cameras}
    usages = {camera_id: usage_of(health.pid) for camera_id, health in supervisor.cameras().items()}
    return [
        CameraFigures(
            camera_id=camera_id,
            up=health.ready,
            fps=health.fps,
            restarts=health.restarts,
            reference_age_s=health.reference_age_s,
            counters=health.counters,
            faults=health.faults,
            residual_px=calibrated[camera_id].residual_px if camera_id in calibrated else None,
            residual_mm=calibrated[camera_id].residual_mm if camera_id in calibrated else None,
            cpu_s=usages[camera_id].cpu_s,
            memory_bytes=usages[camera_id].memory_bytes,
        )
        for camera_id, health in supervisor.cameras().items()
    ]


def host_usage(sample: HostSample) -> HostUsage:
    """Return the usage of the host."""
    return HostUsage(
        cpu_percent=sample.cpu,
        memory_percent=sample.memory,
        temperature=sample.temperature,
        disk_percent=sample.disk,
        disk_free_bytes=None if sample.disk_free_mb is None else sample.disk_free_mb * 1e6,
    )


def hub_figures(hub: Hub, clients: Clients) -> HubFigures:
    """Return the figures of the hub and its clients."""
    statistics = hub.statistics()
    return HubFigures(
        clients=statistics.clients,
        lagging=statistics.lagging,
        queued=statistics.queued,
        published=statistics.published,
        deliveries=statistics.deliveries,
        lags=statistics.lags,
        journal_reads=statistics.journal_reads,
        refused=clients.refused,
        stalled=clients.stalled,
    )
