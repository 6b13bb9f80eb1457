"""Documents for programs: the settings of the pages, and the descriptions of the API and of the events."""

from typing import Annotated

from msgspec import Meta

from schemas.api.answers import AnyObject
from schemas.base import Value


class DocumentInfo(Value, frozen=True, kw_only=True):
    """Title and version of a document; other fields are those of its specification."""

    title: str
    version: str


class OpenApiDocument(Value, frozen=True, kw_only=True):
    """The parts of an OpenAPI 3.1 document; the rest is as its specification says."""

    openapi: Annotated[str, Meta(pattern="^3[.]1[.]")]
    info: DocumentInfo
    paths: AnyObject
    components: AnyObject


class AsyncApiDocument(Value, frozen=True, kw_only=True):
    """The parts of an AsyncAPI 3 document; the rest is as its specification says."""

    asyncapi: Annotated[str, Meta(pattern="^3[.]")]
    info: DocumentInfo
    channels: AnyObject
    operations: AnyObject
    components: AnyObject


class PageBoard(Value, frozen=True, kw_only=True):
    """The board as pages draw it: its name, and the radii of its rings in millimetres."""

    id: str
    name: str
    bull_mm: float
    single_bull_mm: float
    triple_inner_mm: float
    triple_outer_mm: float
    double_inner_mm: float
    double_outer_mm: float
    edge_mm: float


class PageSettings(Value, frozen=True, kw_only=True):
    """What a page needs before it connects; `anonymous_reads`: whether it may read the board without a login.

    `join_url`: where other devices open the play page, null if none can; `/join.svg` is its QR code.
    """

    ws_path: str
    version: str
    anonymous_reads: bool
    simulated: bool
    join_url: str | None
    board: PageBoard


class Voice(Value, frozen=True, kw_only=True):
    """A voice pack of the caller; a sound is named as in packs of darts-caller: `180.mp3`, `gameshot.mp3`, `busted+2.wav`."""

    name: str
    sounds: tuple[str, ...]


class Voices(Value, frozen=True, kw_only=True):
    """The voice packs."""

    data: tuple[Voice, ...]
