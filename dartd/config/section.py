"""The base of all tables of the configuration, and a type that several have."""

from typing import Annotated

import msgspec
from msgspec import Meta

Network = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?\Z", description="an address or a network such as 10.0.0.0/8")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all tables."""
