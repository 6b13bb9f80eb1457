"""API keys in the store."""

import msgspec
import sqlalchemy as sa

from dartd.store.keys import KEYS, Key, delete_keys_of, find_key, get_key, insert_key, key_of, note_use, owned_by
from dartd.store.listing import PageRequest

KEY = Key(
    key_id="k1", key_hash="h1", prefix="dk_live_ab", name="display", user_id="u1", role="viewer", permissions=("a:read",), created_at_s=1.0
)


def test_key_is_found_by_its_hash(core: sa.Connection) -> None:
    """What was kept comes back as it was; the same id again replaces it."""
    insert_key(core, msgspec.structs.replace(KEY, key_hash="old"))
    insert_key(core, KEY)

    assert (find_key(core, "h1"), find_key(core, "old"), get_key(core, "k1")) == (KEY, None, KEY)


def test_keys_are_listed_and_forgotten_by_owner(core: sa.Connection) -> None:
    """Each user's own; a user's keys go together."""
    for k, user_id in enumerate(("u1", "u1", "u2", None)):
        insert_key(core, msgspec.structs.replace(KEY, key_id=f"k{k}", key_hash=f"h{k}", user_id=user_id, permissions=None))
    own = [key_of(row).key_id for row in KEYS.page(core, PageRequest(), conditions=[owned_by("u1")]).rows]
    delete_keys_of(core, "u1")

    assert (sorted(own), KEYS.page(core, PageRequest()).total) == (["k0", "k1"], 2)
    assert (KEYS.delete(core, "k2"), KEYS.delete(core, "k2")) == (True, False)


def test_use_is_noted(core: sa.Connection) -> None:
    """When a key was used last."""
    insert_key(core, KEY)
    note_use(core, {"k1": 7.0, "gone": 8.0})

    assert get_key(core, "k1") == msgspec.structs.replace(KEY, last_used_at_s=7.0)
