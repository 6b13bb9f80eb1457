"""Tables that are folds of the journal's events. Each is one module here and one line in `ALL`."""

from dartd.store.projections import alerts, corrections, detections, matches, player_legs, sessions, throws, tournaments
from dartd.store.projections.registry import Projection

ALL: tuple[Projection, ...] = (
    throws.PROJECTION,
    matches.PROJECTION,
    corrections.PROJECTION,
    player_legs.PROJECTION,
    sessions.PROJECTION,
    detections.PROJECTION,
    alerts.PROJECTION,
    tournaments.PROJECTION,
)
