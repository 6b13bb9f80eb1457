"""`/api/v1/throws/{throw_id}/feedback`: whether a throw was detected rightly."""

import asyncio
from typing import Any

from dartd.store.feedback import append_feedback, keep_images
from dartd.store.projections.throws import get_throw
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from schemas.api.cameras import Feedback, NewFeedback
from schemas.board import parse_bed


async def post_feedback(call: Call) -> Answer:
    """Append a verdict on a throw; its detections and images are kept with it."""
    asked: NewFeedback = call.body
    throw_id, now_s, services = call.path("throw_id"), call.services.accounts.now(), call.services
    label = None if asked.label is None else _label_of(asked.label)

    def append(connection: Any) -> Answer:
        throw = get_throw(connection, throw_id)
        if throw is None:
            raise missing("throw", throw_id)
        row = append_feedback(connection, throw, verdict=asked.verdict, label=label, user_id=call.principal.name, at_s=now_s)
        fields = {name: getattr(row, name) for name in Feedback.__struct_fields__ if name != "created_at"}
        return Answer(value=Feedback(created_at=timestamp_of(row.created_at_s), **fields))

    answer: Answer = await call.change(append, throw_id)
    if asked.verdict != "skip":
        await asyncio.to_thread(keep_images, services.config.state_path, throw_id)
    return answer


def _label_of(text: str) -> str:
    """Return a bed as it is published.

    Raises:
        Problem: 422 if there is no such bed.
    """
    try:
        return parse_bed(text).label
    except ValueError as error:
        raise Problem(422, "VALIDATION_ERROR", f"label: {error}", details={"field": "$.label"}) from None


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/throws/{throw_id}/feedback",
        handler=post_feedback,
        permission="corrections:write",
        rate="default",
        summary="Say whether a throw was detected rightly, and its true bed; nothing that is shown changes",
        tag="throws",
        body=NewFeedback,
        example=NewFeedback(verdict="wrong", label="T20"),
        answer=Feedback,
        status=201,
        entity="throw",
        no_event_reason="a verdict changes nothing that is shown",
    )
]
