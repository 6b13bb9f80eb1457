"""The stream of events over HTTP, as it is asked for."""

from typing import Annotated

from msgspec import Meta

from schemas.base import Value

_MAX_SEQ = 2**63 - 1


class StreamQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which events, separated by commas, and after which. `once`: what is there now, then the end."""

    topics: str = ""
    since: Annotated[int, Meta(ge=0, le=_MAX_SEQ)] | None = None
    stream_id: str | None = None
    once: bool = False
