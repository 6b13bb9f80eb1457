"""Who may do what: every permission, what each role may, and what each topic asks for."""

from collections.abc import Iterable

PERMISSIONS: dict[str, str] = {
    "alerts:acknowledge": "say that an alert was seen",
    "alerts:read": "see alerts and anomalies",
    "audit:read": "see who changed what",
    "board:control": "start, stop, reset and calibrate the board",
    "board:read": "see the board, its darts and the state of its cameras",
    "cache:manage": "warm and empty the results cache",
    "cameras:config": "add, change and remove cameras",
    "cameras:read": "see cameras, their addresses without credentials, and their pictures",
    "catalog:read": "see recordings and exports",
    "clients:read": "see who listens",
    "comments:delete": "delete any comment",
    "comments:read": "read comments",
    "comments:write": "write comments, change one's own",
    "corrections:write": "correct a dart",
    "events:read": "read the journal, as far as its topics may be seen",
    "keys:admin": "see and revoke everybody's API keys",
    "keys:own": "make, see and revoke one's own API keys",
    "matches:delete": "delete matches",
    "matches:read": "see matches and formats",
    "matches:write": "start, pause and change matches",
    "metrics:read": "read /metrics",
    "players:delete": "delete players",
    "players:read": "see every player",
    "players:write": "add and change players",
    "profile:own": "see and change one's own account and player, and see players that are shared",
    "query:ask": "ask questions about the play",
    "reports:view": "see reports",
    "sessions:read": "see who threw when",
    "statistics:read": "see statistics",
    "system:read": "see how dartd itself does",
    "throws:read": "see throws and visits",
    "tournaments:delete": "delete tournaments, lists and fixtures",
    "tournaments:read": "see tournaments, lists and fixtures",
    "tournaments:write": "add and change tournaments, lists and fixtures",
    "users:admin": "see, add, change and delete accounts",
    "webhooks:delete": "delete webhooks",
    "webhooks:read": "see webhooks and their deliveries",
    "webhooks:write": "add and change webhooks",
    "zones:delete": "delete zones",
    "zones:read": "see zones and who is in them",
    "zones:write": "add and change zones",
}

_SHOWN = frozenset({"board:read", "comments:read", "events:read", "matches:read", "metrics:read", "sessions:read", "statistics:read"})
_SHOWN |= {"throws:read", "tournaments:read", "zones:read"}

ANONYMOUS = _SHOWN  # while auth.anonymous_reads is on
_READS = _SHOWN | frozenset({"alerts:read", "catalog:read", "players:read", "query:ask", "reports:view", "system:read"})
_ADMINISTRATION = frozenset({"audit:read", "keys:admin", "users:admin"})

ROLES: dict[str, frozenset[str]] = {
    "admin": frozenset(PERMISSIONS),
    "operator": frozenset(PERMISSIONS) - _ADMINISTRATION,
    "player": ANONYMOUS | {"comments:write", "corrections:write", "keys:own", "profile:own", "query:ask"},
    "viewer": _READS | {"keys:own", "profile:own"},
    "api_client": _READS | {"clients:read"},
}

TOPICS: dict[str, str] = {
    "alerts": "alerts:read",
    "board": "board:read",
    "camera": "board:read",
    "comments": "comments:read",
    "corrections": "throws:read",
    "fixtures": "tournaments:read",
    "key": "keys:admin",
    "list": "tournaments:read",
    "match": "matches:read",
    "metrics": "system:read",
    "player": "players:read",
    "presence": "board:read",
    "session": "sessions:read",
    "statistics": "statistics:read",
    "system": "system:read",
    "tournament": "tournaments:read",
    "user": "users:admin",
    "webhooks": "webhooks:read",
    "zone": "zones:read",
}


def kinds_of(permissions: Iterable[str]) -> frozenset[str]:
    """Name the kinds of topic that may be seen with these permissions."""
    held = frozenset(permissions)
    return frozenset(kind for kind, permission in TOPICS.items() if permission in held)


def expanded(granted: Iterable[str]) -> frozenset[str]:
    """Spell out `*:delete`, `players:*` and `*`; what is no permission is left out."""
    found: set[str] = set()
    for each in granted:
        resource, _, action = each.partition(":")
        for permission in PERMISSIONS:
            its_resource, _, its_action = permission.partition(":")
            if each == "*" or (resource in {"*", its_resource} and action in {"*", its_action}):
                found.add(permission)
    return frozenset(found)
