"""Run by alembic, over the connection that `database.migrate` gives it."""

from __future__ import annotations

from alembic import context

from tipqa_desk.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
