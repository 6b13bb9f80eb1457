"""The interfaces of other boards: each a pure fold of our events, and the routes that serve it. Off by default."""
