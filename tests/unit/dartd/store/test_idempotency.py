"""Answers that are kept."""

import sqlalchemy as sa

from dartd.store.idempotency import KEPT_S, Done, find_done, keep_done


def test_answer_is_kept_for_a_day(core: sa.Connection) -> None:
    """Then it is forgotten."""
    done = Done(fingerprint="f", status=201, headers="{}", body=b"x")
    keep_done(core, "a", done, 100.0)

    assert (find_done(core, "a", 101.0), find_done(core, "b", 101.0), find_done(core, "a", 101.0 + KEPT_S)) == (done, None, None)
