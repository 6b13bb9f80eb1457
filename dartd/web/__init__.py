"""HTTP, WebSocket and the web pages."""
