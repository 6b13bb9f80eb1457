"""Parameters of the event stream over HTTP."""

from typing import Annotated

from msgspec import Meta

from schemas.base import Value

_MAX_SEQ = 2**63 - 1


class StreamQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Topics, separated by commas, and the position after which to start. `once`: end after the events available now."""

    topics: str = ""
    since: Annotated[int, Meta(ge=0, le=_MAX_SEQ)] | None = None
    stream_id: str | None = None
    once: bool = False
