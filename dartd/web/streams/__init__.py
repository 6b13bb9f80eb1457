"""WebSocket and what it needs: admission, client messages, the greeting, presence."""
