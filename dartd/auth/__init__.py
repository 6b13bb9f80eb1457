"""Accounts, passwords, tokens, permissions and rate limits, used by the web server, the WebSocket and the command line."""
