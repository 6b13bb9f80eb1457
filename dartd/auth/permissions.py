"""Every permission, the permissions of each role, and the permission that each kind of topic requires."""

from collections.abc import Iterable

PERMISSIONS: dict[str, str] = {
    "alerts:acknowledge": "acknowledge alerts",
    "alerts:read": "read alerts and anomalies",
    "audit:read": "read the audit log",
    "backups:manage": "make and download backups, which hold everything that is stored",
    "board:control": "start, stop, reset and calibrate the board",
    "board:read": "read the state of the board, its darts and its cameras",
    "board:sign_on": "sign players on at the board",
    "cache:manage": "warm and empty the results cache",
    "cameras:config": "add, change and remove cameras",
    "cameras:read": "read cameras, their addresses without credentials, and their images",
    "catalog:read": "read the catalog of recordings and exports",
    "clients:read": "list connected clients",
    "comments:delete": "change and delete any comment",
    "comments:read": "read comments",
    "comments:write": "write comments and change one's own",
    "corrections:write": "correct a dart",
    "events:read": "read the journal, limited to permitted topics",
    "fixtures:write": "call, assign and begin fixtures, and give walkovers",
    "keys:admin": "list and revoke the API keys of all users",
    "keys:own": "create, list and revoke one's own API keys",
    "matches:delete": "delete matches",
    "matches:read": "read matches and formats",
    "matches:write": "start, pause and change matches",
    "metrics:read": "read /metrics",
    "players:delete": "delete players, and merge one into another",
    "players:read": "read all players",
    "players:write": "add and change players",
    "profile:own": "read and change one's own account and player, and read shared players",
    "query:ask": "ask questions about the play",
    "reports:view": "read reports",
    "sessions:read": "read sessions of players",
    "statistics:read": "read statistics",
    "system:debug": "download the debug bundle: configuration without secrets, log, health, calibrations and last events",
    "system:read": "read the state of the system",
    "throws:read": "read throws and visits",
    "tournaments:delete": "delete tournaments, lists and fixtures",
    "tournaments:read": "read tournaments, lists and fixtures",
    "tournaments:write": "add and change tournaments, lists and fixtures",
    "users:admin": "read, add, change and delete accounts",
    "webhooks:delete": "delete webhooks",
    "webhooks:read": "read webhooks and their deliveries",
    "webhooks:write": "add and change webhooks",
    "zones:delete": "delete zones",
    "zones:read": "read zones and their occupancy",
    "zones:write": "add and change zones",
}

# Permissions and kinds of topic that no route and no event uses yet, with the requirement that defines them. They are granted to roles
# and keys today, so that a key keeps its meaning when the resource arrives.
RESERVED_PERMISSIONS: dict[str, str] = {}
RESERVED_TOPICS: dict[str, str] = {
    "statistics": "N3",
}

_PUBLIC = frozenset({"board:read", "comments:read", "events:read", "matches:read", "metrics:read", "sessions:read", "statistics:read"})
_PUBLIC |= {"throws:read", "tournaments:read", "zones:read"}

ANONYMOUS = _PUBLIC  # while auth.anonymous_reads is on
_READS = _PUBLIC | frozenset({"alerts:read", "catalog:read", "players:read", "query:ask", "reports:view", "system:read"})
_ADMINISTRATION = frozenset({"audit:read", "backups:manage", "keys:admin", "users:admin"})

ROLES: dict[str, frozenset[str]] = {
    "admin": frozenset(PERMISSIONS),
    "operator": frozenset(PERMISSIONS) - _ADMINISTRATION,
    "player": ANONYMOUS | {"board:sign_on", "comments:write", "corrections:write", "keys:own", "profile:own", "query:ask"},
    "scorer": ANONYMOUS | {"board:sign_on", "corrections:write", "fixtures:write", "matches:write", "players:read", "players:write"},
    "viewer": _READS | {"keys:own", "profile:own"},
    "api_client": _READS | {"clients:read"},
}

TOPIC_PERMISSIONS: dict[str, str] = {
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
    """Return the kinds of topic that may be read with these permissions."""
    held = frozenset(permissions)
    return frozenset(kind for kind, permission in TOPIC_PERMISSIONS.items() if permission in held)


def expand(granted: Iterable[str]) -> frozenset[str]:
    """Expand `*:delete`, `players:*` and `*` to permissions; unknown names are left out."""
    found: set[str] = set()
    for each in granted:
        resource, _, action = each.partition(":")
        for permission in PERMISSIONS:
            its_resource, _, its_action = permission.partition(":")
            if each == "*" or (resource in {"*", its_resource} and action in {"*", its_action}):
                found.add(permission)
    return frozenset(found)
