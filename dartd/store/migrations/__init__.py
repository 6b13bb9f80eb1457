"""How an older store becomes one of today: Alembic's revisions, run in one transaction when the store is opened."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FIRST = "r0001"  # stores of version 1 were made without Alembic


def migrate(connection: Connection, *, stamped: bool) -> None:
    """Bring the tables up to date; `stamped` False: they are those of the first version. The caller holds the transaction."""
    script = ScriptDirectory(str(Path(__file__).parent))

    def upgrade(revision: object, _context: MigrationContext) -> "list[StampStep | RevisionStep]":
        return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type]  # noqa: SLF001 - as alembic.command does

    config = Config()
    if not stamped:
        MigrationContext.configure(connection).stamp(script, FIRST)
    with EnvironmentContext(config, script, fn=upgrade) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
