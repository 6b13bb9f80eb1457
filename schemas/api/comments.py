"""Comments on matches, tournaments, lists, fixtures, players and throws."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import UNSEEN, Id, ListQuery
from schemas.api.changes import changes_of
from schemas.base import Value

ParentType = Literal["match", "tournament", "list", "fixture", "player", "throw"]
CommentText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        pattern=rf"^[^\s{UNSEEN}](?:[^{UNSEEN}]|\n)*\Z",
        description="up to 2000 characters that can be seen, and line breaks, not beginning with a space",
    ),
]


class NewComment(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new comment on what `parent_type` and `parent_id` name."""

    comment_id: Id | None = None
    parent_type: ParentType
    parent_id: Id
    text: CommentText


CommentChange = changes_of(NewComment, "CommentChange", fixed={"comment_id", "parent_type", "parent_id"})


class Comment(Value, frozen=True, kw_only=True):
    """A comment; `author` is the id of a user, or `key:ID`. `edited_at` is null until the text is changed."""

    comment_id: str
    parent_type: ParentType
    parent_id: str
    author: str
    text: str
    created_at: str
    edited_at: str | None


class CommentsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of comments."""

    sort: Literal["created_at", "-created_at"] = "created_at"
    parent_type: ParentType | None = None
    parent_id: Id | None = None
    author: Annotated[str, Meta(max_length=80)] | None = None
