"""The plans of visits by kind: ordinary visits, and unusual ones that are hard to score."""

from typing import Final

from workers.sources.simulator.visit import Plan, PlannedHand, PlannedThrow

_FIRST: Final = PlannedThrow(after_s=0.5)
_DART: Final = PlannedThrow(after_s=2.9)
_SOON: Final = PlannedThrow(after_s=1.8)
_RAPID: Final = PlannedThrow(after_s=0.66)
_HASTY: Final = PlannedThrow(after_s=0.5)
_BOUNCE: Final = PlannedThrow(after_s=2.9, outcome="bounces")
_DROPS: Final = PlannedThrow(after_s=2.9, outcome="drops")
_FALLS: Final = PlannedThrow(after_s=3.2, outcome="falls")
_AFTER_FALL: Final = PlannedThrow(after_s=4.5)
_SURROUND: Final = PlannedThrow(after_s=2.9, target="surround")
_NUMBERS: Final = PlannedThrow(after_s=2.9, target="number_ring")
_CLOSE: Final = PlannedThrow(after_s=2.4, target="group")
_LODGES: Final = PlannedThrow(after_s=2.2, outcome="lodges")
_TAKE: Final = PlannedHand(after_s=2.6)
_LOOK: Final = PlannedHand(after_s=2.6, take=0)
_THREE: Final[Plan] = (_FIRST, _DART, _DART)
_BRISK: Final[Plan] = (_FIRST, _SOON, _SOON)
_FAST: Final[Plan] = (_FIRST, _RAPID, _RAPID)
_WHOLE: Final[Plan] = (*_THREE, PlannedHand(after_s=2.4))

NAMED: Final[dict[str, tuple[Plan, ...]]] = {
    "demo": (_WHOLE,),
    "tc8_1": ((_FIRST, _TAKE), (PlannedThrow(after_s=1.0), _TAKE), (PlannedThrow(after_s=1.5), _TAKE)),
    "tc8_2": (_WHOLE,),
    "tc8_3": ((_FIRST, _TAKE), (_FIRST, _DART, _TAKE), (_DART, _DART, PlannedHand(after_s=3.2))),
    "tc8_4": (
        _WHOLE,
        (*_THREE, PlannedHand(after_s=2.4, take=2), PlannedHand(after_s=0.9)),
        (*_THREE, PlannedHand(after_s=2.4, take=1), PlannedHand(after_s=0.8, take=1), PlannedHand(after_s=0.8)),
    ),
    "tc8_5": (
        (_FALLS, _AFTER_FALL, _DART, _TAKE),
        (_DART, _FALLS, PlannedThrow(after_s=4.5, outcome="falls"), PlannedHand(after_s=4.5)),
        (_DART, _DART, _BOUNCE, _TAKE),
    ),
    "tc8_6": ((_SURROUND, _DART, _DART, _TAKE), (_DART, _DROPS, _DART, _TAKE), (_NUMBERS, _DART, _DROPS, _TAKE)),
    "tc8_7": (
        (_DART, _LOOK, PlannedThrow(after_s=2.4), _TAKE),
        (_DART, _DART, PlannedHand(after_s=2.6, take=0, rest_s=2.0), _DART, _TAKE),
        (_DART, _DART, _DART, PlannedHand(after_s=2.6, rest_s=2.0)),
    ),
    "tc8_8": ((*_FAST, _TAKE),),
    "random": (
        _WHOLE,
        _WHOLE,
        _WHOLE,
        (_DART, _DART, _TAKE),
        (_DART, _BOUNCE, _DART, _TAKE),
        (_DART, _SURROUND, _DART, _TAKE),
        (_NUMBERS, _DART, _DART, _TAKE),
        (_DART, _DROPS, _DART, _TAKE),
        (_DART, _LOOK, _DART, _DART, _TAKE),
        (*_THREE, PlannedHand(after_s=2.4, take=2), PlannedHand(after_s=0.9)),
        (_DART, _FALLS, _AFTER_FALL, _TAKE),
        (*_FAST, _TAKE),
    ),
}

USUAL: Final[dict[str, tuple[Plan, ...]]] = {
    "three_darts": (_WHOLE, (*_BRISK, PlannedHand(after_s=1.6)), (_DART, _SOON, _DART, PlannedHand(after_s=1.2))),
}

UNUSUAL: Final[dict[str, tuple[Plan, ...]]] = {
    "early_takeout": (
        (_FIRST, _TAKE),
        (_DART, PlannedHand(after_s=1.4)),
        (_FIRST, _SOON, _TAKE),
        (_FIRST, _DART, PlannedHand(after_s=1.4)),
    ),
    "partial_takeout": (
        (*_BRISK, PlannedHand(after_s=2.0, take=1), PlannedHand(after_s=3.2)),
        (*_BRISK, PlannedHand(after_s=2.0, take=2), PlannedHand(after_s=0.6)),
        (*_BRISK, PlannedHand(after_s=2.0, take=1), PlannedHand(after_s=1.2, take=1), PlannedHand(after_s=1.5)),
        (_FIRST, _SOON, PlannedHand(after_s=2.0, take=1), PlannedHand(after_s=2.4)),
    ),
    "pulled_and_on": (
        (_FIRST, _SOON, PlannedHand(after_s=2.0, take=1), PlannedThrow(after_s=1.6), PlannedHand(after_s=1.8)),
        (_FIRST, PlannedHand(after_s=2.0, take=1), PlannedThrow(after_s=1.6), _SOON, _TAKE),
        (_FIRST, _SOON, PlannedHand(after_s=1.6, take=2), PlannedThrow(after_s=1.2), _TAKE),
    ),
    "idle_hand": (
        (_FIRST, _LOOK, _SOON, _SOON, _TAKE),
        (_FIRST, _SOON, _LOOK, _SOON, _TAKE),
        (*_BRISK, _LOOK, _TAKE),
        (_FIRST, PlannedHand(after_s=1.5, take=0), PlannedThrow(after_s=1.2), _SOON, _TAKE),
    ),
    "resting_hand": (
        (_FIRST, _SOON, PlannedHand(after_s=2.0, take=0, rest_s=3.5), _SOON, _TAKE),
        (*_BRISK, PlannedHand(after_s=2.0, rest_s=4.5)),
        (_FIRST, PlannedHand(after_s=2.0, rest_s=2.0)),
        (*_BRISK, PlannedHand(after_s=2.0, take=1, rest_s=2.5), PlannedHand(after_s=1.5, rest_s=1.0)),
    ),
    "two_hands": (
        (*_BRISK, PlannedHand(after_s=2.0, second=True)),
        (_FIRST, _SOON, PlannedHand(after_s=2.0, rest_s=1.2, second=True)),
        (_FIRST, PlannedHand(after_s=2.0, take=0, rest_s=0.8, second=True), _SOON, _SOON, _TAKE),
    ),
    "fall_in_takeout": (
        (*_BRISK, PlannedHand(after_s=2.0, take=2, loosens=1)),
        (*_BRISK, PlannedHand(after_s=2.0, take=1, loosens=1), PlannedHand(after_s=1.5)),
        (_FIRST, _SOON, PlannedHand(after_s=2.0, take=1, loosens=1)),
        (*_BRISK, PlannedHand(after_s=2.0, take=0, rest_s=0.5, loosens=1), PlannedHand(after_s=1.5)),
    ),
    "bounce_out": (
        (_FIRST, _BOUNCE, _DART, _TAKE),
        (_BOUNCE, _SOON, _SOON, _TAKE),
        (_FIRST, _SOON, _BOUNCE, _TAKE),
        (_FIRST, _BOUNCE, PlannedThrow(after_s=2.2, outcome="bounces"), _TAKE),
    ),
    "late_fall": (
        (_FIRST, _FALLS, _AFTER_FALL, _TAKE),
        (PlannedThrow(after_s=0.5, outcome="falls", stays_s=4.6), _SOON, PlannedThrow(after_s=4.6), _TAKE),
        (_FIRST, _SOON, PlannedThrow(after_s=1.8, outcome="falls", stays_s=2.5), PlannedHand(after_s=4.5)),
    ),
    "knock": (
        (_FIRST, PlannedThrow(after_s=2.2, target="group", pushes=True), _SOON, _TAKE),
        (_FIRST, _SOON, PlannedThrow(after_s=2.2, target="group", pushes=True), _TAKE),
        (_FIRST, PlannedThrow(after_s=2.2, target="group", knocks_out=True), _DART, _TAKE),
    ),
    "robin_hood": (
        (_FIRST, PlannedThrow(after_s=2.2, outcome="lodges"), _SOON, _TAKE),
        (_FIRST, _SOON, PlannedThrow(after_s=2.2, outcome="lodges"), _TAKE),
    ),
    "group": ((_FIRST, _CLOSE, _CLOSE, _TAKE), (_FIRST, _CLOSE, _SOON, _TAKE)),
    "fast": (
        (*_FAST, _TAKE),
        (_FIRST, _HASTY, _HASTY, _TAKE),
        (_FIRST, _RAPID, _SOON, PlannedHand(after_s=1.0)),
        (_FIRST, _SOON, _HASTY, PlannedHand(after_s=1.0)),
    ),
    "fourth_dart": ((*_BRISK, _SOON, _TAKE), (*_BRISK, PlannedThrow(after_s=1.2, target="number_ring"), _TAKE)),
    "number_ring": ((_NUMBERS, _SOON, _SOON, _TAKE), (_FIRST, _NUMBERS, PlannedThrow(after_s=2.0, target="number_ring"), _TAKE)),
    "surround": ((_FIRST, _SURROUND, _SOON, _TAKE), (_FIRST, _SOON, _SURROUND, _TAKE)),
    "drops": ((_FIRST, _DROPS, _SOON, _TAKE), (_FIRST, _SOON, _DROPS, _TAKE)),
}

LEFT: Final[Plan] = (*_BRISK, PlannedHand(after_s=2.0, take=2), PlannedHand(after_s=40.0))  # one dart is left for long
STANDING: Final[Plan] = (*_BRISK, PlannedHand(after_s=46.0))  # three darts that stay for long
KINDS: Final = USUAL | UNUSUAL
