"""The registered webhooks."""

from dartd.outlets.webhooks import Webhooks, WebhookState


def test_webhooks_and_deliveries_are_counted() -> None:
    """The counts must be sums over the registered webhooks; without any they are 0."""
    webhooks = Webhooks()
    empty = (webhooks.active_count, webhooks.pending_count, webhooks.failed_count)
    webhooks.states |= {"w1": WebhookState(pending=2), "w2": WebhookState(active=False, pending=1, failed=3)}

    assert empty == (0, 0, 0)
    assert (webhooks.active_count, webhooks.pending_count, webhooks.failed_count) == (1, 3, 3)
