"""A revision and its place."""

from alembic.script import ScriptDirectory

import dartd.store.migrations.versions.r0022_beds_of_legs as step
from dartd.store import migrations


def test_has_its_place() -> None:
    """It follows the one before, and a store of today is of the last one."""
    script = ScriptDirectory(next(iter(migrations.__path__)))

    assert script.get_revision(step.revision).down_revision == step.down_revision
