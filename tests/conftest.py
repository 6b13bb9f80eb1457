"""What every test gets: an event loop that must not be blocked, messages that must be as published, waiting, the shared recordings."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from dartd.runtime.workers.fork_server import ForkServer
from tests.support.postgres import IS_ASKED, StoresOnServer, stores_of_session
from tests.support.published import validated_messages
from tests.support.waiting import Waiting

_STANDARD_STREAMS = (1, 2)
_GUARD = BlockBuster(scanned_modules=["dartd", "workers", "schemas"])  # made once: it looks up sixty functions
_MARKED_FOLDERS = {"browser": "browser", "e2e": "slow", "integration": "slow", "property": "slow"}
_TESTS = Path(__file__).resolve().parent
_SHARED = _TESTS.parents[1] / "shared"


def pytest_configure() -> None:
    """Make the terminal blocking: a program before us may have left it non-blocking, and then a write of the report raises."""
    for descriptor in _STANDARD_STREAMS:
        os.set_blocking(descriptor, True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the folders whose tests are all of one kind."""
    for item in items:
        folder = item.path.relative_to(_TESTS).parts[0]
        if folder in _MARKED_FOLDERS:
            item.add_marker(_MARKED_FOLDERS[folder])
        if "postgresql" in item.path.parts:
            item.add_marker("postgresql")
        if "sqlite" in item.path.parts or item.path.parent.name == "migrations":
            item.add_marker("sqlite")
        if IS_ASKED and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="is of SQLite alone"))


@pytest.fixture(autouse=True)
def event_loop_is_never_blocked() -> Iterator[BlockBuster]:
    """Fail a test in which our code blocks the event loop; what the test's own lines do is its own business."""
    _GUARD.activate()
    yield _GUARD
    _GUARD.deactivate()


@pytest.fixture(autouse=True)
def every_message_is_as_published() -> Iterator[list[str]]:
    """Fail a test in which a message was sent that does not fit its JSON Schema or the AsyncAPI document."""
    with pytest.MonkeyPatch.context() as patch, validated_messages(patch) as found:
        yield found
    assert not found, found[:3]


@pytest.fixture(scope="session", autouse=True)
def stores_on_server() -> Iterator[StoresOnServer | None]:
    """Have each store be a database of PostgreSQL if the environment asks for it; else None, and stores are files."""
    with stores_of_session() as stores:
        yield stores


@pytest.fixture(autouse=True)
def databases_are_dropped(request: pytest.FixtureRequest, stores_on_server: StoresOnServer | None) -> Iterator[None]:
    """Drop the databases of a test's folder, where stores are databases."""
    needed = stores_on_server is not None and "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if needed else None
    yield
    if stores_on_server is not None and folder is not None:
        stores_on_server.drop(folder)


@pytest.fixture
def waiting() -> Waiting:
    """Wait for a condition with a deadline instead of sleeping."""
    return Waiting()


@pytest.fixture
async def fork_server() -> AsyncIterator[ForkServer]:
    """Provide the fork server to tests that start camera processes themselves."""
    fork_server = ForkServer()
    yield fork_server
    await fork_server.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the directory of the shared recordings, or skip: they are not part of the repository."""
    data = _SHARED / "data"
    if not data.is_dir():
        pytest.skip(f"needs the shared recordings in {data}, which are not part of the repository")
    return data
