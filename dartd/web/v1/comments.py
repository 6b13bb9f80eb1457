"""`/api/v1/comments`: what people write about matches, throws, players and tournaments."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from dartd.store.comments import COMMENTS as STORED
from dartd.store.comments import parent_exists, readable_to
from dartd.store.players import PLAYERS
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.entity_resource import EntityResource, Own, Rights
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.player_rights import may_read_player
from dartd.web.http.problems import Problem
from schemas.api.answers import Listed
from schemas.api.comments import Comment, CommentChange, CommentsQuery, NewComment
from schemas.events import CommentAdded

_EXAMPLE = NewComment(parent_type="throw", parent_id="d-known", text="This one bounced off the wire.")


async def list_comments(call: Call) -> Listed[Comment]:
    """Return a page of the comments that the caller may read."""
    asked: CommentsQuery = call.query
    where = {name: getattr(asked, name) for name in ("parent_type", "parent_id", "author")}
    principal = call.principal
    conditions = [] if principal.may("players:read") else [readable_to(author=principal.name, player_id=_own_player(call))]
    if call.own_only:
        conditions.append(STORED.table.c.author == principal.name)
    page = await call.read(lambda c: STORED.page(c, page_request(asked), where, conditions))
    return listed(page, asked, lambda row: COMMENTS.fields.answer_of(call.services, row))


async def read_comment(call: Call) -> Answer:
    """Return one comment, if the caller may read what it is about."""
    row = await COMMENTS.visible(call)
    if row.author != call.principal.name and not await call.read(lambda c: _readable(call, c, row.parent_type, row.parent_id)):
        raise missing("comment", row.comment_id)
    return await COMMENTS.read(call)


async def prepare(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are stored: a new comment has its author, a changed one the time of the change.

    Raises:
        Problem: 422 if there is nothing to comment on, or the caller may not read it.
    """
    if call.endpoint.method != "POST":
        return {**given, "edited_at": call.services.accounts.now()} if given else given
    parent = (given["parent_type"], given["parent_id"])

    def exists(connection: sa.Connection) -> bool:
        return parent_exists(connection, *parent) and _readable(call, connection, *parent)

    if not await call.read(exists):
        message = f"parent_id: there is no {parent[0]} {parent[1]!r}"
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": "$.parent_id"})
    return {**given, "author": call.principal.name}


def _readable(call: Call, connection: sa.Connection, parent_type: str, parent_id: str) -> bool:
    return parent_type != "player" or may_read_player(call.principal, PLAYERS.get(connection, parent_id))


def _own_player(call: Call) -> str | None:
    return call.principal.player_id if call.principal.may("profile:own") else None


async def delete_comment(call: Call) -> Answer:
    """Delete a comment; the event names what it was about, as its topic does."""
    await COMMENTS.check_own(call)
    comment_id = call.path("comment_id")

    def delete(connection: sa.Connection) -> Answer:
        row = STORED.get(connection, comment_id)
        if row is None:
            raise missing("comment", comment_id)
        STORED.delete(connection, comment_id)
        return Answer(entity_id=comment_id, payload={"parent_type": row.parent_type, "parent_id": row.parent_id})

    return await COMMENTS.commit(call, delete, comment_id)


COMMENTS: EntityResource[NewComment, Comment] = EntityResource(
    entity=STORED,
    path="/api/v1/comments",
    tag="comments",
    rights=Rights.of("comments"),
    query=CommentsQuery,
    new=NewComment,
    change=CommentChange,
    answer=Comment,
    examples=(_EXAMPLE, CommentChange(text="It stayed in the board after all.")),
    id_prefix="cm_",
    prepare=prepare,
    own=Own(
        permission="comments:write",
        owns=lambda call, _, row: row is not None and row.author == call.principal.name,
        listed=lambda call: STORED.table.c.author == call.principal.name,
        reads=lambda _: True,
        methods=frozenset({"PUT", "DELETE"}),
    ),
    summaries={
        "list": "Comments, the oldest first",
        "create": "Comment on a match, tournament, list, fixture, player or throw",
        "update": "Change a comment: one's own, or any with comments:delete",
        "delete": "Delete a comment: one's own, or any with comments:delete",
    },
)

_LIST, _CREATE, _READ, _UPDATE, _DELETE = COMMENTS.endpoints(list=list_comments, read=read_comment, delete=delete_comment)
ENDPOINTS = [
    _LIST,
    replace(_CREATE, event=CommentAdded),
    _READ,
    replace(_UPDATE, permission=COMMENTS.rights.delete),
    _DELETE,
]
