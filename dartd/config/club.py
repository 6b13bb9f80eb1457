"""The sections of the configuration for questions and the catalog."""

from typing import Annotated

from msgspec import Meta

from schemas.base import Value


class QueryConfig(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Questions: a language model may rephrase the answers."""

    model_url: (
        Annotated[str, Meta(pattern=r"^https?://.+\Z", description="OpenAI-compatible endpoint, such as http://localhost:11434/v1")] | None
    ) = None
    model: Annotated[str, Meta(min_length=1, max_length=200, description="the name of the model")] = "default"
    model_key: Annotated[str, Meta(min_length=1, description="its API key")] | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=120, description="seconds that the model may take")] = 10


class CatalogConfig(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The catalog of data sets."""

    directory: Annotated[str, Meta(min_length=1, description="recordings and exports, each a folder; relative to state_dir")] = "datasets"
