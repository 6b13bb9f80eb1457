"""Redaction of secrets in addresses."""

import re


def redact_url(url: str) -> str:
    """Return an address without user, password and query, for logs and errors. Addresses of simulators contain no secrets."""
    if url.startswith("sim:"):
        return url
    bare = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:/*)?.*@", r"\1***@", url, flags=re.DOTALL)
    return re.sub(r"[?#].*", "?***", bare, flags=re.DOTALL)
