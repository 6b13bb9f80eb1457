"""The fan-out: topics, subscriptions, and how an event reaches each of them."""
