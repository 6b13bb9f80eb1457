"""The hub: topics, subscriptions, and the fan-out of events to them."""
