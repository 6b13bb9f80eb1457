"""Connected WebSocket and SSE clients: connection limit, admission of new clients, presence."""
