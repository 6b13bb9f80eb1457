"""What a question reads."""

import pytest

from dartd.questions.inquiry import Inquiry, UnnamedError
from dartd.questions.recogniser import Meaning
from dartd.questions.speech import Speech
from dartd.store.listing import Span
from tests.support.club import NOW_S, scope


def test_the_player_is_the_one_named_else_the_caller() -> None:
    """Without either no one is guessed."""
    named, own = (Inquiry(None, Meaning("en", "form", people), scope(), Speech("en")) for people in (("bob",), ()))  # type: ignore[arg-type]  # nothing is read
    unnamed = Inquiry(None, Meaning("en", "form"), scope(me=None), Speech("en"))  # type: ignore[arg-type]  # nothing is read
    with pytest.raises(UnnamedError):
        unnamed.player()

    assert (named.player(), own.player(), own.who("bob"), own.who(None)) == ("bob", "ann", "Bob", "All players")
    assert own.usual_span(Span(after_s=NOW_S)) == Span(after_s=NOW_S - 90 * 86_400, before_s=NOW_S)
