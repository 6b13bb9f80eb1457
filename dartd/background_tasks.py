"""What the daemon does in the background: tasks that the board can do without, each run again after an error."""

import functools
import math
from collections.abc import Awaitable, Callable, Mapping

from dartd.figures import HostUsage
from dartd.outlets.alert_samples import CameraHealth, Sampler
from dartd.outlets.background import Tasks
from dartd.outlets.occupancy import watch_zones
from dartd.outlets.periodic import write_behind
from dartd.runtime.pipeline import Pipeline
from dartd.runtime.retention import Ages, Retention, prune_periodically
from dartd.store.images import Images
from dartd.web.services import Services
from schemas.base import CameraId


def background_tasks(
    services: Services,
    pipeline: Pipeline,
    cameras: Callable[[], Mapping[CameraId, CameraHealth]],
    host: Callable[[], HostUsage],
    measure_lag: Callable[[], Awaitable[object]],
) -> Tasks:
    """Return each task by the name under which its errors are logged.

    `host` is the usage of the machine that alerts are made from, `measure_lag` measures the delay of the event loop.
    """
    ages = Ages()
    sampler = Sampler(
        cameras=cameras,
        sources=lambda: services.rig.sources,
        host=host,
        stalled=lambda: pipeline.is_holding,
        deliver=pipeline.deliver,
    )
    keep_days = services.config.store.keep_days
    return {
        "the sampling of the host": services.host.run,
        "the measurement of the event loop": measure_lag,
        "the writing of usage": functools.partial(write_behind, services),
        "the delivery of webhooks": services.webhooks.run,
        "the sampling for alerts": functools.partial(sampler.run, services),
        "the counting of zones": functools.partial(watch_zones, services),
        **_retention(services, ages),
        "the deletion of old events": functools.partial(prune_periodically, services.journal, keep_days=keep_days, ages=ages),
        "the backups of the store": services.backups.run,
        "the check of the store's file": services.journal.watch_file,
    }


def _retention(services: Services, ages: Ages) -> Tasks:
    """Return the deletion of images. Those with a verdict are worth more.

    No age deletes them, and they give way when the others have not freed enough.
    """
    images, state_path = services.config.images, services.config.state_path
    most_bytes, free_bytes = images.keep_mb * 1_000_000, images.keep_free_mb * 1_000_000
    plain = Retention(
        Images(state_path / "images"), keep_days=images.keep_days, keep_bytes=most_bytes, keep_free_bytes=free_bytes, ages=ages
    )
    judged = Retention(
        Images(state_path / "feedback"), keep_days=math.inf, keep_bytes=most_bytes, keep_free_bytes=free_bytes // 2, ages=ages
    )
    return {"the deletion of old images": plain.run, "the deletion of images with a verdict": judged.run}
