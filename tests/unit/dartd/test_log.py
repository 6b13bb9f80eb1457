"""The daemon's log."""

import contextlib
import io
import json
import logging
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dartd.config import LogConfig
from dartd.log import JsonFormatter, QueuedStreamHandler, RepeatLimit, TextFormatter, logging_to, redact, trace_id
from tests.support.waiting import DEADLINE_S

_TOKEN = "s3cretS3cretS3cret"  # noqa: S105  a secret of this test


def _record(text: str = "dart %s landed", *args: object, level: int = logging.INFO, **extras: object) -> logging.LogRecord:
    record = logging.LogRecord("dartd.test", level, __file__, 1, text, args, None)
    record.__dict__.update(extras)
    return record


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7)],
)
def test_journald_gets_a_priority_on_each_line(level: int, priority: int) -> None:
    """The journal must see the priority of every line, those of a traceback too."""
    record = _record("first", level=level)
    record.exc_info = (ValueError, ValueError("second"), None)
    lines = TextFormatter(journald=True).format(record).splitlines()

    assert lines == [f"<{priority}>dartd.test: first", f"<{priority}>    ValueError: second"]


@pytest.mark.parametrize("journald", [True, False])
def test_what_clients_send_is_no_other_line(journald: bool) -> None:  # noqa: FBT001
    """Newlines and marks of the writing direction are escaped, in the message, its extras and exceptions."""
    forged = "x\n2026-01-01T00:00:00.000Z ERROR dartd: forged\u2028\u202e\x1b[31m"
    record = _record("GET %s", forged, user=forged)
    record.exc_info = (ValueError, ValueError(forged), None)
    first, *rest = TextFormatter(journald=journald).format(record).splitlines()

    assert first.count("forged\\u2028\\u202e\\x1b[31m") == 2
    assert all(line.removeprefix("<6>").startswith("    ") for line in rest)


def test_plain_text_has_time_level_and_extras() -> None:
    """A person at a terminal must see when, how grave, who, what, and the extras as key=value."""
    line = TextFormatter(journald=False).format(_record("dart %s landed", 3, created=0.5, camera="left"))

    assert line == "1970-01-01T00:00:00.500Z INFO    dartd.test: dart 3 landed camera=left"


def test_json_line_has_every_field() -> None:
    """A JSON line must carry time, level, logger, message, extras with their numbers, and the exception."""
    record = _record("dart %s landed", 3, created=0.5, camera="left", fps=20)
    record.exc_info = (ValueError, ValueError("broken"), None)
    line = json.loads(JsonFormatter().format(record))

    assert line.pop("exception").endswith("ValueError: broken")
    assert line == {
        "timestamp": "1970-01-01T00:00:00.500Z",
        "level": "info",
        "logger": "dartd.test",
        "message": "dart 3 landed",
        "camera": "left",
        "fps": 20,
    }


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter(journald=False)])
def test_trace_id_is_on_the_lines_of_its_request(formatter: logging.Formatter) -> None:
    """Lines that are logged while a request is answered must carry its trace id, others none."""
    outside = formatter.format(_record("hello"))
    token = trace_id.set("0af7651916cd43dd8448eb211c80319c")
    inside = formatter.format(_record("hello"))
    trace_id.reset(token)

    assert "trace_id" not in outside
    assert "0af7651916cd43dd8448eb211c80319c" in inside


@pytest.mark.parametrize(
    "text",
    [
        f"GET /ws?since=4&token={_TOKEN} 101",
        f"GET /ws?token={_TOKEN}",
        f"Authorization: Bearer {_TOKEN}",
        f"authorization={_TOKEN}",
        f"Authorization: Basic {_TOKEN}",
        f'{{"Authorization": "Bearer {_TOKEN}"}}',
        f"[(b'authorization', b'Bearer {_TOKEN}')]",
        f"[(b'authorization', b'{_TOKEN}')]",
        f"opening rtsp://admin:{_TOKEN}@10.0.0.7/stream",
        f"opening http://10.0.0.7/video?user=admin&password={_TOKEN}",
    ],
)
def test_secrets_never_reach_the_log(text: str) -> None:
    """Tokens, authorizations and credentials in addresses must be gone from text and JSON, wherever they stand in a record."""
    for formatter in (JsonFormatter(), TextFormatter(journald=True)):
        assert _TOKEN not in formatter.format(_record("%s", text))
        assert _TOKEN not in formatter.format(_record("said", headers=text))


@given(st.text())
def test_redacted_json_stays_json(text: str) -> None:
    """Whatever is logged, the line must stay one line of JSON."""
    line = JsonFormatter().format(_record("%s", text, extra=text))

    assert "\n" not in line
    assert json.loads(line)["message"] == redact(text)


def test_repeated_line_is_held_back_and_counted() -> None:
    """A line that repeats must be written a few times, then held back, then logged as a number."""
    limit, key = RepeatLimit(repeats=2, window_s=10), ("dartd", logging.INFO, "again")
    admitted = [limit.admit(key, now) for now in (0.0, 1.0, 2.0, 3.0)]

    assert admitted == [True, True, False, False]
    assert limit.expire(9.0) == []
    assert limit.expire(10.0) == [(key, 2)]
    assert limit.admit(key, 10.0)


def test_repeat_limit_remembers_a_bounded_number_of_lines() -> None:
    """A thousand different lines within the window must not grow the memory of it without end."""
    limit = RepeatLimit()
    for index in range(1000):
        limit.expire(0.0)
        limit.admit(("dartd", logging.INFO, str(index)), 0.0)

    assert len(limit._seen) <= 257


def test_lines_reach_the_stream_in_order(tmp_path: Path) -> None:
    """Everything that was logged must be in the file when the log is closed, in its order and from the wanted level on."""
    log = logging.getLogger("dartd.test.order")
    with (tmp_path / "log").open("w+") as stream:
        with logging_to(stream, LogConfig(level="info", format="json"), {}):
            for index in range(500):
                log.info("line %d", index)
                log.debug("not wanted")
        stream.seek(0)
        messages = [json.loads(line)["message"] for line in stream]

    assert messages == [f"line {index}" for index in range(500)]


def test_repeats_are_summed_up_in_the_stream() -> None:
    """A flood of one line must come out as a few lines and their count."""
    stream = io.StringIO()
    handler = QueuedStreamHandler(stream, TextFormatter(journald=True))
    for _ in range(1000):
        handler.handle(_record("flood", created=0.0))
    handler.handle(_record("later", created=11.0))
    handler.close()

    assert stream.getvalue().splitlines() == ["<6>dartd.test: flood"] * 5 + [
        "<6>dartd.test: flood (995 times more)",
        "<6>dartd.test: later",
    ]


def test_journal_is_recognised_by_its_stream(tmp_path: Path) -> None:
    """Priorities must be written exactly when systemd says that this very stream is the journal."""
    with (tmp_path / "log").open("w+") as stream:
        status = os.fstat(stream.fileno())
        for journal in (f"{status.st_dev}:{status.st_ino}", "1:2"):
            with logging_to(stream, LogConfig(), {"JOURNAL_STREAM": journal}):
                logging.getLogger("dartd.test.journal").info("hello")
        stream.seek(0)
        first, second = stream.read().splitlines()

    assert first == "<6>dartd.test.journal: hello"
    assert second.endswith("INFO    dartd.test.journal: hello")


def test_root_logger_is_given_back() -> None:
    """After the log is closed the handlers and the level that were there before must be there again."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    with logging_to(io.StringIO(), LogConfig(level="error"), {}):
        during = root.handlers[:], root.level

    assert during != before
    assert (root.handlers, root.level) == before


@pytest.mark.slow
def test_reader_that_stands_still_blocks_no_caller() -> None:
    """When no process reads the log, logging must go on at once, drop lines beyond its bound, count them, and still end."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        handler = QueuedStreamHandler(stream, TextFormatter(journald=True))
        for index in range(12_000):
            handler.handle(_record("%d %s", index, "x" * 200))
        dropped = handler.dropped
        handler.close()
        received: list[bytes] = []
        drain = threading.Thread(target=lambda: received.extend(iter(lambda: os.read(reading, 65_536), b"")))
        drain.start()
        handler._writer.join(DEADLINE_S)
    drain.join(DEADLINE_S)
    os.close(reading)

    assert dropped > 0
    assert b"<6>dartd.test: 0 x" in b"".join(received)


def test_closed_reader_blocks_no_caller() -> None:
    """When the reader of the log has gone, logging must go on without an error."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w", buffering=1)
    handler = QueuedStreamHandler(stream, TextFormatter(journald=True))
    handler.handle(_record("hello"))
    handler.close()
    with contextlib.suppress(BrokenPipeError):
        stream.close()

    assert not handler._writer.is_alive()


def test_lost_lines_are_counted() -> None:
    """Lines that did not fit must be logged as a number when there is space again."""
    stream = io.StringIO()
    handler = QueuedStreamHandler(stream, TextFormatter(journald=True))
    handler.dropped = 7
    handler.handle(_record("hello"))
    handler.close()

    assert stream.getvalue().splitlines() == ["7 log lines were dropped because the reader was too slow", "<6>dartd.test: hello"]


def test_broken_line_blocks_no_caller(capsys: pytest.CaptureFixture[str]) -> None:
    """A line whose arguments do not fit its text must be printed on stderr and must not raise."""
    stream = io.StringIO()
    handler = QueuedStreamHandler(stream, TextFormatter(journald=True))
    handler.handle(_record("%d", "no number"))
    handler.close()

    assert "Logging error" in capsys.readouterr().err
    assert stream.getvalue() == ""
