"""The catalog: data sets that can be downloaded."""

from typing import Literal

from schemas.base import Value

DatasetKind = Literal["recording", "throw_set", "export"]


class DatasetSpan(Value, frozen=True, kw_only=True):
    """From when until when; of a recording only how long it lasts."""

    since: str | None
    until: str | None
    seconds: float | None


class Dataset(Value, frozen=True, kw_only=True):
    """A data set. `schema` has the columns of each file, `size_bytes` is null for what is written when it is downloaded."""

    dataset_id: str
    kind: DatasetKind
    name: str
    description: str
    created_at: str | None
    span: DatasetSpan
    counts: dict[str, int]
    schema: dict[str, tuple[str, ...]]
    size_bytes: int | None
    media_type: str
    download: str


class Catalog(Value, frozen=True, kw_only=True):
    """The data sets: those of the store, then recordings and exports by name. `problems`: folders that are neither, with the reason."""

    data: tuple[Dataset, ...]
    problems: dict[str, str]
