"""The deciders of a board as it is configured."""

from collections.abc import Sequence

import msgspec

from dartd.alerts.decider import AlertDecider
from dartd.alerts.rules import Rule, rules_of
from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.config import Config
from dartd.play.corrections import CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.play.session_decider import SessionDecider
from dartd.runtime.clock import Clock
from dartd.store.timestamps import timestamp_of
from dartd.tournament.commands import TournamentCommandDecider
from dartd.tournament.decider import TournamentDecider
from dartd.tournament.state import Tournaments
from schemas.base import CameraId


def build_board(config: Config, cameras: Sequence[CameraId], *, images: bool = False) -> Board:
    """Return a board as configured, with these cameras; `images`: cameras store images of throws."""
    board = config.board
    times = ThrowTimes(
        settled_timeout_ms=board.settled_timeout_ms,
        throw_timeout_ms=board.throw_timeout_ms,
        bounce_out_check_ms=board.bounce_out_check_ms,
        pull_out_timeout_ms=board.pull_out_timeout_ms,
        takeout_adopt_ms=board.takeout_adopt_ms,
        count_misses=config.visit.count_misses,
    )
    return Board(board.board_id, cameras, board.spec, times, images=images)


def build_sessions(config: Config, clock: Clock) -> SessionDecider:
    """Return the decider of sessions as configured."""
    times = {"idle_s": config.sessions.idle_s, "close_s": config.sessions.close_s}
    return SessionDecider(config.board.board_id, **times, wall=clock.wall, timestamp=timestamp_of)


def build_tournaments(
    config: Config, clock: Clock, matches: MatchDecider, corrections: CorrectionDecider
) -> tuple[TournamentCommandDecider, TournamentDecider]:
    """Return the deciders of tournaments: that of commands comes before all others, that of results behind the matches."""
    state = Tournaments()
    commands = TournamentCommandDecider(state, matches, config.board.board_id, corrections.waiting)
    return commands, TournamentDecider(state, matches, wall=clock.wall, timestamp=timestamp_of)


def alert_rules(config: Config) -> tuple[Rule, ...]:
    """Return the rules of alerts that are on."""
    return rules_of(msgspec.structs.asdict(each) for each in config.alerts.rules)


def build_alerts(config: Config, clock: Clock) -> AlertDecider:
    """Return the decider of alerts as configured."""
    return AlertDecider(config.board.board_id, alert_rules(config), wall=clock.wall, timestamp=timestamp_of)
