"""`/api/v1/dashboard`: everything that a start page needs, in one call."""

import msgspec

from dartd.store.dashboard import read_dashboard, with_readable
from dartd.store.days import Days
from dartd.web.http.cached import cached
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.player_rights import readable_names
from dartd.web.services import Services
from schemas.api.dashboard import Dashboard, DashboardBoard

_decoder = msgspec.json.Decoder(Dashboard)
_replace = msgspec.structs.replace


async def get_dashboard(call: Call) -> Dashboard:
    """Return the dashboard as the caller may see it."""
    found, principal = await stored_dashboard(call.services), call.principal
    if not principal.may("players:read"):
        named = {each.player_id for each in found.players} | {each.player_id for each in found.activity}
        named |= {player_id for each in found.activity for side in each.sides for player_id in side.player_ids}
        found = with_readable(found, await call.read(lambda connection: readable_names(connection, principal, named)))
    alerts = tuple(call.services.alerts()) if principal.may("alerts:read") else None
    return _replace(found, boards=_boards(call.services, found), open_alerts=alerts)


async def stored_dashboard(services: Services) -> Dashboard:
    """Return what the store says, from the cache unless an event has changed it."""
    days = Days(services.config.server.timezone)

    async def compute() -> Dashboard:
        now_s = services.accounts.now()
        found: Dashboard = await services.database.query(lambda connection: read_dashboard(connection, days, now_s))
        return found

    body: bytes = await cached(services.results, "dashboard", compute)
    return _decoder.decode(body)


def _boards(services: Services, found: Dashboard) -> tuple[DashboardBoard, ...]:
    """Return the boards, the own one first and as it is now."""
    snapshot, board = services.board.snapshot(), services.config.board
    own = next((each for each in found.boards if each.board_id == board.id), DashboardBoard(board_id=board.id))
    now = _replace(
        own,
        name=board.name,
        status=snapshot.status,
        state=snapshot.state,
        player_id=snapshot.player_id,
        match_id=None if snapshot.match is None else snapshot.match.match_id,
    )
    return (now, *(each for each in found.boards if each.board_id != board.id))


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/dashboard",
        handler=get_dashboard,
        permission="statistics:read",
        rate="default",
        summary="Everything that a start page needs: players, formats, activity, boards, alerts",
        tag="dashboard",
        answer=Dashboard,
    )
]
