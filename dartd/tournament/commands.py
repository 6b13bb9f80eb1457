"""The decider of people's commands about tournaments: it comes before all others, and passes on what a match is to do.

It shares its state with the decider of tournaments (`decider.py`). A command about a match is refused when it could
change who plays in a fixture that has begun.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from dartd.decision import Input, Step
from dartd.errors import AlreadyExistsError, CommandRefusedError, ConflictError, DartdError
from dartd.game.rules import RulesError
from dartd.play.played_match import PlayedMatch
from dartd.tournament.decider import PlayedMatches
from dartd.tournament.draw import draw
from dartd.tournament.elsewhere import released, reported
from dartd.tournament.entries import check_change, entered_fixture
from dartd.tournament.progress import dependents, has_begun, legs_needed, walkover
from dartd.tournament.queue import next_fixture, players_of
from dartd.tournament.state import Tournaments, id_of
from dartd.tournament.steps import check_step, is_at_play, is_open
from schemas.commands import AnyCommand, CorrectDart
from schemas.correction import CorrectionState, DecideCorrection, OrderCorrection
from schemas.events import JournalledEvent
from schemas.match_commands import CorrectMatch, DeleteMatch, EnteredSide, RedoDarts, StepMatch, UndoDarts
from schemas.tournament import Fixture
from schemas.tournament_commands import (
    AssignFixture,
    AssignNext,
    ChangeFixture,
    ChangeList,
    ChangeTournament,
    CreateFixture,
    CreateList,
    CreateTournament,
    DeleteFixture,
    DeleteList,
    DeleteTournament,
    DrawTournament,
    StepFixture,
    TakeReport,
    TournamentCommand,
    WithdrawEntrant,
)

OPEN_TOURNAMENTS: Final = 20  # planned or running at a time; all are in memory
OPEN_LISTS: Final = 50  # without a tournament
ITEMS_OF_A_LIST: Final = 100  # without a draw

_Outcome = tuple[list[JournalledEvent], AnyCommand | None]
_replace = msgspec.structs.replace


class TournamentCommandDecider:
    """Carries out commands about tournaments. `waiting` returns a correction that is pending."""

    name = "tournament_commands"

    def __init__(self, state: Tournaments, matches: PlayedMatches, board_id: str, waiting: Callable[[str], CorrectionState | None]) -> None:
        self._state = state
        self._matches = matches
        self._board_id = board_id
        self._waiting = waiting

    # The port of a decider.

    def step(self, inputs: Sequence[Input], now: float) -> Step:  # noqa: ARG002 - commands have their time
        """Process the commands in order; return events, commands for the matches, and refused commands."""
        events: list[JournalledEvent] = []
        refusals: dict[int, CommandRefusedError] = {}
        replaced: dict[int, AnyCommand] = {}
        for index, item in enumerate(inputs):
            try:
                if isinstance(item, TournamentCommand):
                    found, command = self._carry_out(item)
                    events += found
                    if command is not None:
                        replaced[index] = command
                else:
                    self._check_may_revise(item)
            except DartdError as error:
                refusals[index] = CommandRefusedError(error.message, code=error.code, **error.details)
        return Step(events=tuple(events), refusals=refusals, replaced=replaced)

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None

    def memory(self, epoch_s: float) -> bytes:  # noqa: ARG002 - the port of a decider
        """Return nothing: the tables of the store are the memory (`recover_tournaments`)."""
        return b"{}"

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Remember nothing."""

    # Commands.

    def _carry_out(self, command: TournamentCommand) -> _Outcome:  # noqa: C901, PLR0911, PLR0912 - one case for each command
        match command:
            case CreateTournament():
                return self._create(command), None
            case ChangeTournament():
                return self._change_tournament(command), None
            case DrawTournament():
                return self._draw(command), None
            case WithdrawEntrant():
                return self._withdraw(command), None
            case CreateList():
                return self._create_list(command), None
            case ChangeList():
                listed = self._state.find("list", command.list_id, version=command.if_version)
                return self._state.changed("list", _with(listed, command.changes), command.user_id, command.at), None
            case CreateFixture():
                return self._create_fixture(command), None
            case ChangeFixture():
                return self._change_fixture(command), None
            case DeleteTournament():
                return self._delete("tournament", command.tournament_id, command.user_id), None
            case DeleteList():
                return self._delete("list", command.list_id, command.user_id), None
            case DeleteFixture():
                return self._delete_fixture(command), None
            case AssignFixture():
                return self._assign(self._state.find("fixture", command.fixture_id), command), None
            case AssignNext():
                return self._assign_next(command), None
            case StepFixture():
                return self._take_step(command)
            case TakeReport():
                return self._take_report(command), None

    def _create(self, command: CreateTournament) -> list[JournalledEvent]:
        self._check_free("tournament", command.tournament)
        if sum(each.status != "finished" for each in self._state.tournaments()) >= OPEN_TOURNAMENTS:
            raise ConflictError(f"{OPEN_TOURNAMENTS} tournaments are open: finish or delete one of them first", limit=OPEN_TOURNAMENTS)
        return self._state.added("tournament", command.tournament, command.user_id)

    def _change_tournament(self, command: ChangeTournament) -> list[JournalledEvent]:
        before = self._state.find("tournament", command.tournament_id, version=command.if_version)
        check_change(before, command.changes)
        events = self._state.changed("tournament", _with(before, command.changes), command.user_id, command.at)
        return events + self._state.settle(command.tournament_id, command.user_id, command.at)

    def _draw(self, command: DrawTournament) -> list[JournalledEvent]:
        """Draw a tournament, again as long as nothing has begun."""
        tournament = self._state.find("tournament", command.tournament_id)
        begun = next((each for each in self._state.fixtures_of(command.tournament_id) if has_begun(each)), None)
        if begun is not None or tournament.status == "finished":
            message = "this tournament has begun: it can be drawn no more"
            raise ConflictError(message, tournament_id=command.tournament_id, status=tournament.status)
        if sorted(command.order) != list(range(len(tournament.entrants))):
            raise ConflictError("the entrants have changed in the meantime: draw again", tournament_id=command.tournament_id)
        drawn = draw(tournament, command.order, command.prefix, command.at)
        events: list[JournalledEvent] = []
        with_fixtures = {each.list_id for each in self._state.fixtures_of(command.tournament_id)}
        of_tournament = [each for each in self._state.lists() if each.tournament_id == command.tournament_id]
        for listed in [each for each in of_tournament if each.type != "board_queue" or each.list_id in with_fixtures]:
            events += self._state.deleted("list", listed.list_id, command.user_id)
        for new_list in drawn.lists:
            events += self._state.added("list", new_list, command.user_id)
        for fixture in drawn.fixtures:
            events += self._state.added("fixture", fixture, command.user_id)
        running = _replace(tournament, status="running")
        events += self._state.changed("tournament", running, command.user_id, command.at)
        return events + self._state.settle(command.tournament_id, command.user_id, command.at)

    def _withdraw(self, command: WithdrawEntrant) -> list[JournalledEvent]:
        tournament = self._state.find("tournament", command.tournament_id)
        named = (command.player_id, command.name)
        entrant = next((k for k, each in enumerate(tournament.entrants) if (each.player_id, each.name) == named), None)
        if entrant is None or tournament.entrants[entrant].withdrawn:
            field = "$.player_id" if command.player_id is not None else "$.name"
            raise RulesError("this is no entrant of the tournament, or has withdrawn already", field=field)
        mine = [each for each in self._state.fixtures_of(command.tournament_id) if any(side.entrant == entrant for side in each.sides)]
        playing = next((each for each in mine if is_at_play(each)), None)
        if playing is not None:
            message = "a fixture is being played: give the other side the walkover first"
            raise ConflictError(message, fixture_id=playing.fixture_id, status="playing")
        entrants = tuple(_replace(each, withdrawn=True) if k == entrant else each for k, each in enumerate(tournament.entrants))
        events = self._state.changed("tournament", _replace(tournament, entrants=entrants), command.user_id, command.at)
        return events + self._state.settle(command.tournament_id, command.user_id, command.at)

    def _create_list(self, command: CreateList) -> list[JournalledEvent]:
        self._check_free("list", command.list)
        if command.list.tournament_id is not None:
            self._state.find("tournament", command.list.tournament_id)
        elif sum(each.tournament_id is None for each in self._state.lists()) >= OPEN_LISTS:
            raise ConflictError(f"there are {OPEN_LISTS} lists without a tournament: delete one of them first", limit=OPEN_LISTS)
        return self._state.added("list", command.list, command.user_id)

    def _create_fixture(self, command: CreateFixture) -> list[JournalledEvent]:
        self._check_free("fixture", command.fixture)
        listed = self._state.find("list", command.fixture.list_id)
        items = [each for each in self._state.fixtures() if each.list_id == listed.list_id]
        if len(items) >= ITEMS_OF_A_LIST:
            raise ConflictError(f"this list has {ITEMS_OF_A_LIST} fixtures: delete one of them first", limit=ITEMS_OF_A_LIST)
        tournament = None if listed.tournament_id is None else self._state.find("tournament", listed.tournament_id)
        of_tournament = [] if tournament is None else self._state.fixtures_of(tournament.tournament_id)
        fixture = entered_fixture(command.fixture, tournament, of_tournament, items)
        events = self._state.added("fixture", fixture, command.user_id)
        return events + self._state.settle(fixture.tournament_id, command.user_id, command.at)

    def _change_fixture(self, command: ChangeFixture) -> list[JournalledEvent]:
        before = self._state.find("fixture", command.fixture_id, version=command.if_version)
        if command.changes and not is_open(before):
            raise ConflictError("this fixture has begun", fixture_id=before.fixture_id, status=before.status)
        if "sides" in command.changes and before.stage is not None:
            raise ConflictError("its players are those of the draw", fixture_id=before.fixture_id, status=before.status)
        return self._state.changed("fixture", _with(before, command.changes), command.user_id, command.at)

    def _delete(self, kind: str, entity_id: str, user_id: str | None) -> list[JournalledEvent]:
        """Delete a tournament or list, unless something of it is being played or the draw needs it."""
        known = [each for each in self._state.fixtures() if getattr(each, f"{kind}_id") == entity_id]
        playing = next((each for each in known if is_at_play(each)), None)
        if playing is not None:
            raise ConflictError("a fixture of it is being played", fixture_id=playing.fixture_id, status="playing")
        if kind == "list" and any(each.stage in {"group", "knockout", "third_place"} for each in known):
            raise ConflictError("this list is part of a draw: draw again, or delete the tournament", list_id=entity_id)
        return self._state.deleted(kind, entity_id, user_id)

    def _delete_fixture(self, command: DeleteFixture) -> list[JournalledEvent]:
        fixture = self._state.find("fixture", command.fixture_id)
        if is_at_play(fixture) or fixture.stage in {"group", "knockout", "third_place"}:
            raise ConflictError("this fixture is being played, or is part of a draw", fixture_id=fixture.fixture_id, status=fixture.status)
        events = self._state.deleted("fixture", command.fixture_id, command.user_id)
        return events + self._state.settle(fixture.tournament_id, command.user_id, command.at)

    # Boards.

    def _assign(self, fixture: Fixture, command: AssignFixture | AssignNext) -> list[JournalledEvent]:
        if fixture.status not in {"scheduled", "called"}:
            raise ConflictError("this fixture has begun", fixture_id=fixture.fixture_id, status=fixture.status)
        if isinstance(command, AssignFixture) and command.if_match_id not in {None, fixture.match_id}:
            raise ConflictError("this board is asked no more", fixture_id=fixture.fixture_id, status=fixture.status)
        assigned = command.board_id is not None or command.marker_id is not None
        after = _replace(
            fixture,
            board_id=command.board_id,
            marker_id=command.marker_id,
            match_id=None,
            assigned_by=command.user_id if assigned else None,
            assigned_at=command.at if assigned else None,
        )
        return self._state.changed("fixture", after, command.user_id, command.at)

    def _assign_next(self, command: AssignNext) -> list[JournalledEvent]:
        self._state.find("tournament", command.tournament_id)
        found = next_fixture(self._state.fixtures_of(command.tournament_id), self._state.fixtures())
        if found is None:
            message = "no called fixture waits for a board whose players are free"
            raise ConflictError(message, tournament_id=command.tournament_id, status="none")
        return self._assign(found, command)

    # Statuses.

    def _take_step(self, command: StepFixture) -> _Outcome:
        fixture = self._state.find("fixture", command.fixture_id)
        check_step(fixture, command.status, walkover=command.winner is not None, counted=self._is_counted(fixture))
        if command.winner is not None:
            return self._give_walkover(fixture, command)
        if command.status == "playing":
            self._check_can_play(fixture)
            return self._begin(fixture, command)
        if fixture.status == "playing" and self._is_elsewhere(fixture):
            return self._state.changed("fixture", released(fixture, command.at), command.user_id, command.at), None
        if fixture.status == "playing":
            return [], DeleteMatch(match_id=fixture.match_id or "", user_id=command.user_id)
        called_at = command.at if command.status == "called" else None
        after = _replace(fixture, status=command.status, called_at=called_at, match_id=None)
        return self._state.changed("fixture", after, command.user_id, command.at), None

    def _give_walkover(self, fixture: Fixture, command: StepFixture) -> _Outcome:
        winner = command.winner or 0
        if winner >= len(fixture.sides) or not fixture.sides[winner].players:
            raise RulesError("there is no such side, or its players are not known yet", field="$.winner")
        tournament = self._state.tournament(fixture.tournament_id)
        after = walkover(fixture, winner, legs_needed(tournament, fixture), command.at)
        events = self._state.changed("fixture", after, command.user_id, command.at)
        events += self._state.settle(fixture.tournament_id, command.user_id, command.at)
        if fixture.status != "playing" or self._is_elsewhere(fixture):
            return events, None
        return events, StepMatch(match_id=fixture.match_id or "", step="stop", at=command.at, user_id=command.user_id)

    def _begin(self, fixture: Fixture, command: StepFixture) -> _Outcome:
        """Begin the match of a fixture here, or note which one its board is asked to begin."""
        if command.match is None:
            raise ConflictError("this fixture has no rules to play by", fixture_id=fixture.fixture_id, status=fixture.status)
        if command.elsewhere and fixture.board_id not in {None, self._board_id}:
            asked = _replace(fixture, match_id=command.match.match_id)
            return self._state.changed("fixture", asked, command.user_id, command.at), None
        sides = tuple(EnteredSide(name=each.name, players=each.players, bot=each.bot) for each in fixture.sides)
        board_id = self._board_id if fixture.board_id == self._board_id else None
        return [], _replace(command.match, sides=sides, board_id=board_id, fixture_id=fixture.fixture_id, user_id=command.user_id)

    def _take_report(self, command: TakeReport) -> list[JournalledEvent]:
        before = self._state.find("fixture", command.fixture_id)
        after = reported(before, command, self._begun_after)
        if after == before:
            return []
        events = self._state.changed("fixture", after, command.user_id, command.at)
        return events + self._state.settle(after.tournament_id, command.user_id, command.at)

    def _is_elsewhere(self, fixture: Fixture) -> bool:
        """Return whether the match of a fixture that is being played is at another board of the venue: those of here are known."""
        try:
            self._matches.find(fixture.match_id or "")
        except ConflictError:
            return True
        return False

    def _check_can_play(self, fixture: Fixture) -> None:
        """Refuse to begin while its board or one of its players is in use.

        Raises:
            ConflictError: as said.
        """
        mine = players_of(fixture)
        for other in self._state.fixtures():
            if is_at_play(other) and (players_of(other) & mine or (other.board_id is not None and other.board_id == fixture.board_id)):
                message = "its board, or one of its players, is in use by another fixture"
                raise ConflictError(message, fixture_id=other.fixture_id, status=fixture.status)

    def _is_counted(self, fixture: Fixture) -> bool:
        """Return whether darts of the running match of a fixture count."""
        if fixture.status != "playing":
            return False
        try:
            record = self._matches.find(fixture.match_id or "").match.record
        except ConflictError:
            return False
        return any(visit.is_thrown for leg in record.legs for visit in leg.visits)

    # What must not change any more.

    def _check_may_revise(self, item: Any) -> None:
        """Refuse to revise a match whose result is played on already.

        Raises:
            ConflictError: a later fixture has begun.
        """
        match_id = self._revised_match(item)
        fixture = None if match_id is None else self._state.fixture_of_match(match_id)
        if fixture is None or fixture.status != "finished":
            return
        begun = self._begun_after(fixture)
        if begun is not None:
            message = "a later fixture of the knockout has begun: the result before it stands"
            raise ConflictError(message, match_id=match_id, fixture_id=begun.fixture_id, status="finished")

    def _begun_after(self, fixture: Fixture) -> Fixture | None:
        others = self._state.fixtures_of(fixture.tournament_id or "")
        return next((each for each in dependents(fixture, others) if has_begun(each)), None)

    def _revised_match(self, item: Any) -> str | None:
        """Return the match that a command would revise."""
        match item:
            case UndoDarts() | RedoDarts() | CorrectMatch() | DeleteMatch():
                return item.match_id
            case OrderCorrection(match_id=str()):
                return item.match_id
            case OrderCorrection() | CorrectDart():
                return self._match_with(item.dart_id or f"{item.visit_id}/{item.dart_number}")
            case DecideCorrection(decision="confirm"):
                state = self._waiting(item.correction_id)
                if state is None:
                    return None
                return state.match_id or self._match_with(state.dart_id or f"{state.visit_id}/{state.dart_number}")
            case _:
                return None

    def _match_with(self, dart_id: str) -> str | None:
        """Return the match of a finished fixture in which a dart was thrown."""
        for fixture in self._state.fixtures():
            if fixture.status == "finished" and fixture.match_id is not None:
                try:
                    played = self._matches.find(fixture.match_id)
                except ConflictError:
                    continue
                if _has_dart(played, dart_id):
                    return fixture.match_id
        return None

    def _check_free(self, kind: str, value: Any) -> None:
        if self._state.has(kind, id_of(value)):
            field = f"{kind}_id"
            raise AlreadyExistsError(f"there is a {kind} with {field} {id_of(value)!r} already", field=field, **{field: id_of(value)})


def _has_dart(played: PlayedMatch, dart_id: str) -> bool:
    return any(dart.dart_id == dart_id for leg in played.match.record.legs for visit in leg.visits for dart in visit.darts)


def _with(value: Any, changes: dict[str, Any]) -> Any:
    """Return a value with the changes of a request, which are plain."""
    return msgspec.convert({**msgspec.to_builtins(value), **changes}, type(value))
