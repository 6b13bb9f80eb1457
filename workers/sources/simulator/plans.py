"""What may happen in a visit: plans by kind, ordinary ones and those that puzzle a scorer."""

from typing import Final

from workers.sources.simulator.visit import Plan, Reaching, Throwing

_FIRST: Final = Throwing(after_s=0.5)
_DART: Final = Throwing(after_s=2.9)
_SOON: Final = Throwing(after_s=1.8)
_RAPID: Final = Throwing(after_s=0.66)
_HASTY: Final = Throwing(after_s=0.5)
_BOUNCE: Final = Throwing(after_s=2.9, outcome="bounces")
_DROPS: Final = Throwing(after_s=2.9, outcome="drops")
_FALLS: Final = Throwing(after_s=3.2, outcome="falls")
_AFTER_FALL: Final = Throwing(after_s=4.5)
_SURROUND: Final = Throwing(after_s=2.9, target="surround")
_NUMBERS: Final = Throwing(after_s=2.9, target="number_ring")
_CLOSE: Final = Throwing(after_s=2.4, target="group")
_LODGES: Final = Throwing(after_s=2.2, outcome="lodges")
_TAKE: Final = Reaching(after_s=2.6)
_LOOK: Final = Reaching(after_s=2.6, take=0)
_THREE: Final[Plan] = (_FIRST, _DART, _DART)
_BRISK: Final[Plan] = (_FIRST, _SOON, _SOON)
_FAST: Final[Plan] = (_FIRST, _RAPID, _RAPID)
_WHOLE: Final[Plan] = (*_THREE, Reaching(after_s=2.4))

NAMED: Final[dict[str, tuple[Plan, ...]]] = {
    "demo": (_WHOLE,),
    "tc8_1": ((_FIRST, _TAKE), (Throwing(after_s=1.0), _TAKE), (Throwing(after_s=1.5), _TAKE)),
    "tc8_2": (_WHOLE,),
    "tc8_3": ((_FIRST, _TAKE), (_FIRST, _DART, _TAKE), (_DART, _DART, Reaching(after_s=3.2))),
    "tc8_4": (
        _WHOLE,
        (*_THREE, Reaching(after_s=2.4, take=2), Reaching(after_s=0.9)),
        (*_THREE, Reaching(after_s=2.4, take=1), Reaching(after_s=0.8, take=1), Reaching(after_s=0.8)),
    ),
    "tc8_5": (
        (_FALLS, _AFTER_FALL, _DART, _TAKE),
        (_DART, _FALLS, Throwing(after_s=4.5, outcome="falls"), Reaching(after_s=4.5)),
        (_DART, _DART, _BOUNCE, _TAKE),
    ),
    "tc8_6": ((_SURROUND, _DART, _DART, _TAKE), (_DART, _DROPS, _DART, _TAKE), (_NUMBERS, _DART, _DROPS, _TAKE)),
    "tc8_7": (
        (_DART, _LOOK, Throwing(after_s=2.4), _TAKE),
        (_DART, _DART, Reaching(after_s=2.6, take=0, rest_s=2.0), _DART, _TAKE),
        (_DART, _DART, _DART, Reaching(after_s=2.6, rest_s=2.0)),
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
        (*_THREE, Reaching(after_s=2.4, take=2), Reaching(after_s=0.9)),
        (_DART, _FALLS, _AFTER_FALL, _TAKE),
        (*_FAST, _TAKE),
    ),
}

USUAL: Final[dict[str, tuple[Plan, ...]]] = {
    "three_darts": (_WHOLE, (*_BRISK, Reaching(after_s=1.6)), (_DART, _SOON, _DART, Reaching(after_s=1.2))),
}

UNUSUAL: Final[dict[str, tuple[Plan, ...]]] = {
    "early_takeout": ((_FIRST, _TAKE), (_DART, Reaching(after_s=1.4)), (_FIRST, _SOON, _TAKE), (_FIRST, _DART, Reaching(after_s=1.4))),
    "partial_takeout": (
        (*_BRISK, Reaching(after_s=2.0, take=1), Reaching(after_s=3.2)),
        (*_BRISK, Reaching(after_s=2.0, take=2), Reaching(after_s=0.6)),
        (*_BRISK, Reaching(after_s=2.0, take=1), Reaching(after_s=1.2, take=1), Reaching(after_s=1.5)),
        (_FIRST, _SOON, Reaching(after_s=2.0, take=1), Reaching(after_s=2.4)),
    ),
    "pulled_and_on": (
        (_FIRST, _SOON, Reaching(after_s=2.0, take=1), Throwing(after_s=1.6), Reaching(after_s=1.8)),
        (_FIRST, Reaching(after_s=2.0, take=1), Throwing(after_s=1.6), _SOON, _TAKE),
        (_FIRST, _SOON, Reaching(after_s=1.6, take=2), Throwing(after_s=1.2), _TAKE),
    ),
    "idle_hand": (
        (_FIRST, _LOOK, _SOON, _SOON, _TAKE),
        (_FIRST, _SOON, _LOOK, _SOON, _TAKE),
        (*_BRISK, _LOOK, _TAKE),
        (_FIRST, Reaching(after_s=1.5, take=0), Throwing(after_s=1.2), _SOON, _TAKE),
    ),
    "resting_hand": (
        (_FIRST, _SOON, Reaching(after_s=2.0, take=0, rest_s=3.5), _SOON, _TAKE),
        (*_BRISK, Reaching(after_s=2.0, rest_s=4.5)),
        (_FIRST, Reaching(after_s=2.0, rest_s=2.0)),
        (*_BRISK, Reaching(after_s=2.0, take=1, rest_s=2.5), Reaching(after_s=1.5, rest_s=1.0)),
    ),
    "two_hands": (
        (*_BRISK, Reaching(after_s=2.0, second=True)),
        (_FIRST, _SOON, Reaching(after_s=2.0, rest_s=1.2, second=True)),
        (_FIRST, Reaching(after_s=2.0, take=0, rest_s=0.8, second=True), _SOON, _SOON, _TAKE),
    ),
    "fall_in_takeout": (
        (*_BRISK, Reaching(after_s=2.0, take=2, loosens=1)),
        (*_BRISK, Reaching(after_s=2.0, take=1, loosens=1), Reaching(after_s=1.5)),
        (_FIRST, _SOON, Reaching(after_s=2.0, take=1, loosens=1)),
        (*_BRISK, Reaching(after_s=2.0, take=0, rest_s=0.5, loosens=1), Reaching(after_s=1.5)),
    ),
    "bounce_out": (
        (_FIRST, _BOUNCE, _DART, _TAKE),
        (_BOUNCE, _SOON, _SOON, _TAKE),
        (_FIRST, _SOON, _BOUNCE, _TAKE),
        (_FIRST, _BOUNCE, Throwing(after_s=2.2, outcome="bounces"), _TAKE),
    ),
    "late_fall": (
        (_FIRST, _FALLS, _AFTER_FALL, _TAKE),
        (Throwing(after_s=0.5, outcome="falls", stays_s=4.6), _SOON, Throwing(after_s=4.6), _TAKE),
        (_FIRST, _SOON, Throwing(after_s=1.8, outcome="falls", stays_s=2.5), Reaching(after_s=4.5)),
    ),
    "knock": (
        (_FIRST, Throwing(after_s=2.2, target="group", pushes=True), _SOON, _TAKE),
        (_FIRST, _SOON, Throwing(after_s=2.2, target="group", pushes=True), _TAKE),
        (_FIRST, Throwing(after_s=2.2, target="group", knocks_out=True), _DART, _TAKE),
    ),
    "robin_hood": (
        (_FIRST, Throwing(after_s=2.2, outcome="lodges"), _SOON, _TAKE),
        (_FIRST, _SOON, Throwing(after_s=2.2, outcome="lodges"), _TAKE),
    ),
    "group": ((_FIRST, _CLOSE, _CLOSE, _TAKE), (_FIRST, _CLOSE, _SOON, _TAKE)),
    "fast": (
        (*_FAST, _TAKE),
        (_FIRST, _HASTY, _HASTY, _TAKE),
        (_FIRST, _RAPID, _SOON, Reaching(after_s=1.0)),
        (_FIRST, _SOON, _HASTY, Reaching(after_s=1.0)),
    ),
    "fourth_dart": ((*_BRISK, _SOON, _TAKE), (*_BRISK, Throwing(after_s=1.2, target="number_ring"), _TAKE)),
    "number_ring": ((_NUMBERS, _SOON, _SOON, _TAKE), (_FIRST, _NUMBERS, Throwing(after_s=2.0, target="number_ring"), _TAKE)),
    "surround": ((_FIRST, _SURROUND, _SOON, _TAKE), (_FIRST, _SOON, _SURROUND, _TAKE)),
    "drops": ((_FIRST, _DROPS, _SOON, _TAKE), (_FIRST, _SOON, _DROPS, _TAKE)),
}

STANDING: Final[Plan] = (*_BRISK, Reaching(after_s=46.0))  # three darts that stand for long
KINDS: Final = USUAL | UNUSUAL
