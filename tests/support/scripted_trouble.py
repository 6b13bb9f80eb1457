"""Visits in which darts fall or are left in the board, and camera processes that report them as the faults of a scenario make them."""

import math
import os
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

import msgspec

from schemas.base import DartId
from schemas.faults import ScriptedFault
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, CalibrationRefused, FromWorker, MotionDetected, Settled, SourceOpened
from schemas.pipe.sightings import DartPresence, Sighting
from schemas.pipe.to_worker import Configure
from tests.support.scripted_visits import SETTLE_S, Plan, ScriptedCamera
from tests.support.sightings import sighting_of
from workers.link import Link, LinkClosedError

VISIT_S: Final = 14.0
DARTS_S: Final = (2.0, 5.0, 8.0)  # when they land, from the beginning of their visit
HAND_S: Final = 10.5
FALL_S: Final = 1.0  # from the picture of a dart until it falls
RETRY_S: Final = 5.0  # between two calibrations that are refused

FALLING: Final = range(19, 27)  # visits whose first two darts fall
LEFT: Final = 27  # the visit whose first dart is left in the board, so that the next two are not thrown
OVERLOADED: Final = range(30, 32)  # how late darts usually are is known by then, and 17 visits later these do not count any more
KNOCKED: Final = range(32, 38)
LOOSE: Final = range(43, 47)
BLURRED: Final = range(52, 57)
VISITS: Final = 61


class Moment(NamedTuple):
    """Something that all cameras see at a media time: the darts that landed, and which of those that were there before still are."""

    at_s: float
    what: str
    darts: tuple[Axis3, ...] = ()
    stays: tuple[bool, ...] = ()


def moments(plan: Plan) -> list[Moment]:
    """Return what happens in all visits, in order."""
    found = []
    for number in (each for each in range(VISITS) if each not in {LEFT + 1, LEFT + 2}):
        begin_s = plan.first_s + number * VISIT_S
        standing = 0
        for slot, dart in enumerate(plan.darts(number)):
            at_s = begin_s + DARTS_S[slot]
            found += [Moment(at_s, "motion"), Moment(at_s + SETTLE_S, "dart", (dart.axis,), (True,) * standing)]
            standing += 1
            if number in FALLING and slot < 2:
                standing -= 1
                fallen_s = at_s + SETTLE_S + FALL_S
                found += [Moment(fallen_s, "motion"), Moment(fallen_s + SETTLE_S, "fallen", (), (True,) * standing + (False,))]
        left = number == LEFT
        stays = (left,) + (False,) * (standing - 1)
        found += [Moment(begin_s + HAND_S, "hand"), Moment(begin_s + HAND_S + SETTLE_S, "left" if left else "empty", (), stays)]
    return found


def play(connection: Connection) -> None:
    """Report all visits, until the pipe is closed."""
    link = Link(connection)
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                TroubledCamera(link, message).run()
                return


class TroubledCamera(ScriptedCamera):
    """A camera that is knocked, loose, blurred or late as its faults say; while it is black it cannot be calibrated."""

    def __init__(self, link: Link, configure: Configure) -> None:
        super().__init__(link, configure)
        self._faults = configure.faults

    def run(self) -> None:
        """Report until `Stop`, or until the pipe is closed."""
        camera_id, number = self._source.camera_id, 0
        try:
            self._link.send([SourceOpened(camera_id=camera_id, pid=os.getpid(), width=800, height=600, simulated=True)])
            while self._fault("black", now_s := self._now_s()) is not None:
                self._link.send([CalibrationRefused(camera_id=camera_id, t_s=now_s, reason="the rings of the board could not be found")])
                if not self._wait_until(now_s + RETRY_S):
                    return
            self._link.send([Calibrated(camera_id=camera_id, t_s=self._now_s(), calibration=self._calibration)])
            for number, moment in enumerate(moments(self._plan)):
                late = self._fault("overloaded", moment.at_s)
                if not self._wait_until(moment.at_s + (0.0 if late is None else late.lag_s)):
                    return
                self._link.send([self._report(number, moment)])
            self._wait_until(math.inf)
        except LinkClosedError:
            return

    def _fault(self, kind: str, at_s: float) -> ScriptedFault | None:
        return next((each for each in self._faults if each.kind == kind and each.is_on(at_s)), None)

    def _report(self, number: int, moment: Moment) -> FromWorker:
        camera_id, at_s, episode = self._source.camera_id, moment.at_s, 1 + number // 2
        if moment.what in {"motion", "hand"}:
            return MotionDetected(camera_id=camera_id, t_s=at_s, episode=episode, hand=moment.what == "hand")
        there: dict[DartId, float] = {dart: float(stays) for dart, stays in zip(self._known, moment.stays, strict=False)}
        return Settled(
            camera_id=camera_id,
            t_s=at_s,
            episode=episode,
            started_s=at_s - SETTLE_S,
            finding="dart" if moment.darts else "nothing",
            flight=bool(moment.darts),
            max_share=0.03,
            empty_share=0.0 if moment.what == "empty" else 0.05 if moment.what == "left" else None,
            sightings=tuple(self._sighting(axis, moment.at_s) for axis in moment.darts),
            presence=tuple(DartPresence(dart_id=dart, score=score, weight=1.0) for dart, score in there.items()),
        )

    def _sighting(self, axis: Axis3, at_s: float) -> Sighting:
        sighting = sighting_of(self._calibration, axis)
        if (blurred := self._fault("blurred", at_s)) is not None:
            sharp = 1 / (1 + blurred.blurred_px(at_s))
            fainter = tuple(msgspec.structs.replace(each, weight=each.weight * sharp) for each in sighting.sections)
            sighting = msgspec.structs.replace(sighting, sections=fainter)
        for kind in ("knocked", "loose"):
            if (fault := self._fault(kind, at_s)) is not None:
                sighting = _turned(sighting, fault.turned_degrees(at_s))
        return sighting


def _turned(sighting: Sighting, degrees: float) -> Sighting:
    """Return what a camera reports that was turned to the side and has not noticed it."""
    off = math.tan(math.radians(degrees))
    sections = tuple(msgspec.structs.replace(each, u=each.u - off) for each in sighting.sections)
    return msgspec.structs.replace(sighting, u=sighting.u - off, sections=sections)
