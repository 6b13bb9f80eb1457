"""Webhooks: each event is posted to every webhook that wants it, in order, again until it is taken."""
