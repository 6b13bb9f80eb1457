"""Who listens to the hub, or publishes on a schedule, without being a client of the web."""
