"""MQTT: events, state and triggers of the board for Home Assistant and others, and commands if they are switched on."""
