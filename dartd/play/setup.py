"""What a match is played by, read from JSON: rules, format and sides. Every refusal names the path."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from dartd.game.catalog import AnyOptions, read_options
from dartd.game.flow import Format
from dartd.game.record import MatchSetup
from dartd.game.rules import RulesError
from dartd.game.x01 import X01
from schemas.match_commands import CreateMatch

# Radii at the bull that differ less are level: twice the uncertainty_mm of a dart near the bull, which the simulated board and the
# recordings have below 1 mm (`dartd replay --score` prints it).
BULL_TIE_MM: Final = 2.0

_UNKNOWN: Final = re.compile(r"unknown field `(.*)`$", re.DOTALL)  # as msgspec says it
_OF_MATCH: Final = ("$.sides", "$.first", "$.format")  # paths that are not those of options
_LONGEST_NAME: Final = 64


def read_rules(rules: Mapping[str, Any], start_scores: Sequence[int | None] = ()) -> AnyOptions:
    """Return the options of a game; `start_scores` has the handicap of each side, None for a side without.

    Raises:
        RulesError: no such game or option, or a handicap in another game than X01; `details["field"]` is the path.
    """
    try:
        options = read_options(rules)
    except RulesError as error:
        raise located(error, "$.rules") from error
    handicapped = [side for side, score in enumerate(start_scores) if score is not None]
    if not handicapped:
        return options
    if not isinstance(options, X01):
        raise _refused(f"$.sides[{handicapped[0]}].start_score", "only X01 has a start score")
    scores = [options.start if score is None else score for score in start_scores]
    try:
        return msgspec.convert({**msgspec.to_builtins(options), "start_scores": scores}, X01)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at ")[0]
        raise _refused(f"$.sides[{handicapped[0]}].start_score", message) from error


def read_format(form: Mapping[str, Any] | None) -> Format:
    """Return a format with every default filled in.

    Raises:
        RulesError: it is none; `details["field"]` is the path.
    """
    try:
        return msgspec.convert(form or {}, Format).filled()
    except msgspec.ValidationError as error:
        raise located(RulesError(str(error)), "$.format") from error
    except RulesError as error:
        raise located(error, "$") from error


def read_setup(command: CreateMatch) -> MatchSetup:
    """Return what a match is played by.

    Raises:
        RulesError: rules, format and sides do not fit; `details["field"]` is the path.
    """
    options, form = read_rules(command.rules), read_format(command.format)
    try:
        return MatchSetup(
            options=options,
            format=form,
            sides=tuple(len(side.players) for side in command.sides),
            first=command.first,
            bull_off=command.bull_off,
            bull_winner=command.bull_winner,
            sign_by_next_leg=command.sign_by_next_leg,
            tie_mm=0.0 if command.board_id is None else BULL_TIE_MM,
        )
    except RulesError as error:
        prefix = "$" if error.message.startswith(_OF_MATCH) else "$.rules"
        raise located(error, prefix, unless="$.sides") from error


def located(error: RulesError, prefix: str = "$", *, unless: str | None = None) -> RulesError:
    """Return the error with its path, which the message begins or ends with, in `details["field"]`; `unless`: of a message without one."""
    message, path = error.message, unless or prefix
    if message.startswith("$"):
        found, _, message = message.partition(": ")
        path = prefix + found.removeprefix("$")
    elif " - at `" in message:
        message, _, found = message.partition(" - at `")
        path = prefix + found.rstrip("`").removeprefix("$")
    elif "field" in error.details:
        return error
    unknown = _UNKNOWN.search(message)
    if unknown is not None:
        path += f".{unknown[1][:_LONGEST_NAME]}"
    return RulesError(message, **{**error.details, "field": path})


def _refused(path: str, message: str) -> RulesError:
    return RulesError(message, field=path)
