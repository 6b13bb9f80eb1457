"""Requests and responses of the HTTP API, one file per resource. A field that is left out keeps its value."""
