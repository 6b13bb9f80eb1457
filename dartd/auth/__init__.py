"""Accounts, passwords, tokens, permissions and rate limits, used by web, WebSocket and command line alike."""
