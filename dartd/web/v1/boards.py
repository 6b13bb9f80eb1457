"""`/api/v1/boards`: the boards at which fixtures can be played, and which of them are free."""

from dartd.store.projections.tournaments import at_boards
from dartd.web.http.endpoint import Call, Endpoint
from schemas.api.tournaments import TournamentBoards


async def get_boards(call: Call) -> TournamentBoards:
    """Return this board and the others of the venue."""
    services = call.services
    fixtures = await call.read(at_boards)
    found = services.venue.boards(services.board_id, services.config.board.name, services.board.snapshot(), fixtures)
    return TournamentBoards(boards=found)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/boards",
        handler=get_boards,
        summary="The boards at which fixtures can be played: this one, and the others of the venue",
        permission="tournaments:read",
        rate="default",
        tag="tournaments",
        answer=TournamentBoards,
    )
]
