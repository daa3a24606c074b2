"""Subscribers of the newsletter, and its issues."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False, index=True),
        sa.Column("countries", sa.JSON),
        sa.Column("asked", sa.JSON),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("confirm", sa.String(64), nullable=False, unique=True),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("leave", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "asking",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("month", sa.String(7), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("generation", sa.String(80), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("cuts", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("writers", sa.JSON, nullable=False),
        sa.Column("signed_id", sa.Integer, sa.ForeignKey("member.id")),
        sa.Column("sent", sa.DateTime),
    )
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("issue_id", sa.Integer))
        message.create_foreign_key(
            "message_issue_id_fkey", "issue", ["issue_id"], ["id"], ondelete="CASCADE"
        )
        message.create_index("ix_message_issue_id", ["issue_id"])


def downgrade() -> None:
    # A mail of an issue would be taken for another's when it is gone.
    op.execute("DELETE FROM message WHERE kind IN ('newsletter', 'confirmation')")
    with op.batch_alter_table("message") as message:
        message.drop_index("ix_message_issue_id")
        message.drop_constraint("message_issue_id_fkey", type_="foreignkey")
        message.drop_column("issue_id")
    for table in ("issue", "asking", "subscriber"):
        op.drop_table(table)
