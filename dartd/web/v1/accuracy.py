"""`/api/v1/accuracy`: how often the published bed of a dart was the true one."""

import asyncio

import msgspec
import sqlalchemy as sa

from dartd.game.detection_accuracy import report
from dartd.store.images import ThrowImages
from dartd.store.verdicts import DartSelection, count_published, judged_darts
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.player_rights import check_player_filter
from dartd.web.v1.statistics import when
from schemas.api.accuracy import AccuracyQuery, AccuracyReport

_replace = msgspec.structs.replace


async def get_accuracy(call: Call) -> AccuracyReport:
    """Return the accuracy of the darts that were asked for, with the images of those that were wrong."""
    asked: AccuracyQuery = call.query
    await check_player_filter(call, asked.player_id)
    selection = DartSelection(when(call, asked.since, "since"), asked.player_id, asked.board_id)

    def read(connection: sa.Connection) -> AccuracyReport:
        return report(count_published(connection, selection), judged_darts(connection, selection))

    found: AccuracyReport = await call.read(read)
    return await asyncio.to_thread(_with_images, found, ThrowImages(call.services.config.state_path))


def _with_images(found: AccuracyReport, images: ThrowImages) -> AccuracyReport:
    modes = tuple(
        _replace(mode, throws=tuple(_replace(throw, image_paths=images.of(throw.throw_id)) for throw in mode.throws))
        for mode in found.failure_modes
    )
    return _replace(found, failure_modes=modes)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/accuracy",
        handler=get_accuracy,
        permission="statistics:read",
        rate="default",
        summary="How often the published bed was the true one, by feedback and corrections",
        tag="statistics",
        query=AccuracyQuery,
        answer=AccuracyReport,
    )
]
