"""What the routes have in common; tests/integration/test_compat.py connects real clients."""

from dartd.outlets.compat.streams import json_answer


def test_answers_are_json_and_not_cached() -> None:
    """Clients refuse another media type."""
    answer = json_answer({"fps": 20}, 404)

    assert (answer.status_code, answer.body, answer.headers["content-type"], answer.headers["cache-control"]) == (
        404,
        b'{"fps":20}',
        "application/json",
        "no-store",
    )
