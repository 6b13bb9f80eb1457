"""The limits of the server."""

import msgspec
from starlette.applications import Starlette

from dartd.web.connections.server_options import ServerLimits, ServerOptions
from tests.support.station import CONFIG


def test_the_configuration_sets_them() -> None:
    """Requests find connections also when all clients are connected."""
    ws = msgspec.structs.replace(CONFIG.ws, max_clients=5, messages_per_s=7)
    limits = ServerLimits.of(msgspec.structs.replace(CONFIG, ws=ws))

    assert limits.max_connections > 5
    assert (limits.messages_per_s, limits.max_per_address) == (7, 1_000_000)
    assert ServerLimits() == ServerLimits.of(CONFIG)
    assert ServerOptions(Starlette(), limits=limits).limits is limits
