"""The WebSocket: transport, client messages, session, and the initial messages that it shares with SSE."""
