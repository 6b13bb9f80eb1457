"""`/api/v1/catalog`: recordings, throw sets and exports, with what is in them, to download."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from starlette.responses import Response, StreamingResponse

from dartd.store.throw_sets import THROW_SETS, ThrowSet, ThrowSetFigures, figures_of_set, rows_after
from dartd.store.timestamps import timestamp_of
from dartd.web.data_folders import MEDIA_TYPE, DataFolders, read_folders, zipped
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.services import Services
from schemas.api.catalog import Catalog, Dataset, DatasetSpan

_PATH: Final = "/api/v1/catalog/datasets"
_PERMISSION: Final = "catalog:read"


async def get_catalog(call: Call) -> Catalog:
    """Return every data set."""
    sets = [await _of_store(call.services, each) for each in THROW_SETS.values()]
    folders = await _folders(call.services)
    return Catalog(data=(*sets, *(each.dataset for each in folders.found.values())), problems=dict(folders.problems))


async def get_dataset(call: Call) -> Dataset:
    """Return one data set.

    Raises:
        Problem: 404 if there is none.
    """
    dataset_id = call.path("dataset_id")
    if dataset_id in THROW_SETS:
        return await _of_store(call.services, THROW_SETS[dataset_id])
    found = (await _folders(call.services)).found.get(dataset_id)
    if found is None:
        raise missing("dataset", dataset_id)
    return found.dataset


async def get_download(call: Call) -> Response:
    """Return a data set as a file, part by part.

    Raises:
        Problem: 404 if there is none.
    """
    dataset_id, headers = call.path("dataset_id"), {"Cache-Control": "no-store"}
    if dataset_id in THROW_SETS:
        headers["Content-Disposition"] = f'attachment; filename="{dataset_id}.csv"'
        return StreamingResponse(_table(call.services, THROW_SETS[dataset_id]), headers=headers, media_type="text/csv; charset=utf-8")
    found = (await _folders(call.services)).found.get(dataset_id)
    if found is None:
        raise missing("dataset", dataset_id)
    headers["Content-Disposition"] = f'attachment; filename="{dataset_id}.zip"'
    return StreamingResponse(zipped(found.path), headers=headers, media_type=MEDIA_TYPE)


async def _of_store(services: Services, throw_set: ThrowSet) -> Dataset:
    found: ThrowSetFigures = await services.database.query(lambda connection: figures_of_set(connection, throw_set))
    since, until = (None if at_s is None else timestamp_of(at_s) for at_s in (found.first_s, found.last_s))
    return Dataset(
        dataset_id=throw_set.dataset_id,
        kind="throw_set",
        name=throw_set.name,
        description=throw_set.description,
        created_at=None,
        span=DatasetSpan(since=since, until=until, seconds=None),
        counts={"throws": found.throws},
        schema={f"{throw_set.dataset_id}.csv": throw_set.header},
        size_bytes=None,
        media_type="text/csv",
        download=f"{_PATH}/{throw_set.dataset_id}/download",
    )


async def _table(services: Services, throw_set: ThrowSet) -> AsyncIterator[str]:
    head = io.StringIO()
    csv.writer(head).writerow(throw_set.header)
    yield head.getvalue()
    seq: int | None = 0
    while seq is not None:
        part: tuple[str, int | None] = await services.database.query(partial(rows_after, throw_set=throw_set, seq=seq))
        text, seq = part
        yield text


async def _folders(services: Services) -> DataFolders:
    directory = services.config.state_path / services.config.catalog.directory
    return await asyncio.to_thread(read_folders, directory, _PATH)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/catalog",
        handler=get_catalog,
        permission=_PERMISSION,
        rate="default",
        summary="Every data set: recordings, throw sets and exports",
        tag="catalog",
        answer=Catalog,
    ),
    Endpoint(
        method="GET",
        path=f"{_PATH}/{{dataset_id}}",
        handler=get_dataset,
        permission=_PERMISSION,
        rate="default",
        summary="One data set: span, counts, columns, size",
        tag="catalog",
        answer=Dataset,
    ),
    Endpoint(
        method="GET",
        path=f"{_PATH}/{{dataset_id}}/download",
        handler=get_download,
        permission=_PERMISSION,
        rate="default",
        summary="A data set as a file: CSV of a throw set, a zip file of a folder",
        tag="catalog",
        answer=None,
        media="text/csv, application/zip",
    ),
]
