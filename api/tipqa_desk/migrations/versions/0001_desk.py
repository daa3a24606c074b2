"""Inquiries, the staff who answer them, their mails and the trail of what was done."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )

    def of_inquiry(**more: Any) -> sa.Column[int]:
        key = sa.ForeignKey("inquiry.id", ondelete="CASCADE")
        return sa.Column("inquiry_id", sa.Integer, key, index=True, **more)

    member = sa.ForeignKey("member.id", ondelete="CASCADE")
    op.create_table(
        "signed_in",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.Integer, member, nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("seen", sa.DateTime, nullable=False),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("received", sa.DateTime, nullable=False, index=True),
        sa.Column("assigned_id", sa.Integer, sa.ForeignKey("member.id"), index=True),
        sa.Column("question", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.String(254), index=True),
        sa.Column("restated", sa.Text),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("vector_by", sa.String(128)),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("signed_id", sa.Integer, sa.ForeignKey("member.id")),
        sa.Column("packet", sa.JSON),
        sa.Column("answered", sa.DateTime),
        sa.Column("closed", sa.DateTime, index=True),
        sa.Column("purged", sa.DateTime),
    )
    op.create_table(
        "pick",
        sa.Column("id", sa.Integer, primary_key=True),
        of_inquiry(nullable=False),
        sa.Column("passage", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("generation", sa.String(80), nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False, index=True),
        of_inquiry(),
        sa.Column("recipient", sa.String(254), nullable=False, index=True),
        sa.Column("content", sa.LargeBinary),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime, nullable=False, index=True),
        sa.Column("fault", sa.Text),
        sa.Column("sent", sa.DateTime),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("member.id")),
        of_inquiry(),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text),
    )
    op.create_table(
        "asked",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("country", sa.String(3), primary_key=True),
        sa.Column("topic", sa.String(32), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("asked", "event", "message", "pick", "inquiry", "signed_in", "member"):
        op.drop_table(table)
