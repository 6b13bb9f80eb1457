"""The routes that every resource has."""

from typing import Any

from dartd.web.http.endpoint import Call
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed, ListQuery
from schemas.api.play import NoParameters
from schemas.api.players import Player, PlayerDetail

THINGS = Resource(path="/things", one="/things/{thing_id}", tag="play", answer=Player, entity="thing", own="profile:own")


async def _handler(_call: Call) -> Any:
    return None


def test_five_routes_are_declared_as_everywhere() -> None:
    """201 for what is made, 204 for what is gone, versions where there is something to change, an event for each write."""
    listing = THINGS.list(_handler, "Things", "players:read", ListQuery)
    making = THINGS.create(_handler, "Make one", "players:write", NoParameters)
    reading = THINGS.read(_handler, "One", "players:read", PlayerDetail, versioned=True)
    changing = THINGS.update(_handler, "Change one", "players:write", NoParameters, own=True)
    removing = THINGS.delete(_handler, "Remove one", "players:delete", statuses=(409,))

    assert [(each.method, each.path, each.status) for each in (listing, making, reading, changing, removing)] == [
        ("GET", "/things", 200),
        ("POST", "/things", 201),
        ("GET", "/things/{thing_id}", 200),
        ("PUT", "/things/{thing_id}", 200),
        ("DELETE", "/things/{thing_id}", 204),
    ]
    assert (listing.answer, making.answer, reading.answer, removing.answer) == (Listed[Player], Player, PlayerDetail, None)
    assert [each.own for each in (listing, making, reading, changing, removing)] == [
        "profile:own",
        None,
        "profile:own",
        "profile:own",
        None,
    ]
    assert [each.name for each in (making, changing, removing)] == ["thing.create", "thing.update", "thing.delete"]
    assert (reading.versioned, changing.versioned, 409 in removing.errors) == (True, True, True)


def test_secret_is_answered_to_its_maker_alone() -> None:
    """The answer of the making, and kept nowhere."""
    making = THINGS.create(_handler, "Make one", "players:write", NoParameters, secret=PlayerDetail)

    assert (making.secret, making.answer) == (True, PlayerDetail)
