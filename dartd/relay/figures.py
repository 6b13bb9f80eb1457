"""The metrics of a relay."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, GCCollector, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from dartd.relay.boards import Boards
from dartd.relay.feed import Feed
from dartd.relay.history import StreamHistory
from dartd.web.connections.clients import Clients

_SUMS: Final = {
    "deliveries": ("dartd_ws_messages", "Events sent to clients"),
    "lags": ("dartd_ws_lags", "Times a client overflowed its queue"),
}


class RelayFigures:
    """A collector over what a relay has; reads numbers alone, so that the thread of a scrape disturbs nothing."""

    def __init__(self, boards: Boards, feed: Feed, history: StreamHistory, clients: Clients) -> None:
        self._boards = boards
        self._feed = feed
        self._history = history
        self._clients = clients

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all families."""
        boards = self._boards.all()
        statistics = [board.hub.statistics() for board in boards]
        yield GaugeMetricFamily("dartd_relay_connected", "Whether the relay is connected to NATS", float(self._feed.is_connected))
        yield GaugeMetricFamily("dartd_relay_boards", "Boards of the venue", len(boards))
        yield GaugeMetricFamily("dartd_relay_boards_online", "Boards that were heard lately", sum(map(self._boards.is_online, boards)))
        yield GaugeMetricFamily("dartd_relay_behind_seconds", "Age of the last message when it came", self._feed.latest_s)
        yield CounterMetricFamily("dartd_relay_events", "Events received", self._boards.events)
        yield CounterMetricFamily("dartd_relay_history_reads", "Reads of the stream for viewers", self._history.reads)
        yield GaugeMetricFamily("dartd_clients", "Connected clients", self._clients.connected)
        yield CounterMetricFamily("dartd_ws_refused", "Clients rejected by the connection limit", self._clients.refused)
        yield CounterMetricFamily("dartd_ws_stalled", "Clients disconnected because they read nothing", self._clients.stalled)
        for field, (name, text) in _SUMS.items():
            yield CounterMetricFamily(name, text, sum(getattr(each, field) for each in statistics))


def registry_of(figures: RelayFigures, version: str) -> CollectorRegistry:
    """Return a registry with the figures of a relay and of its process."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # not annotated by the library
    registry = CollectorRegistry(auto_describe=False)
    Gauge("dartd_build_info", "Version", ("version",), registry=registry).labels(version).set(1)
    registry.register(figures)
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
