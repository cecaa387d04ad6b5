"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
OutsideId = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")

# What is on record stays as it was written.
APPEND_ONLY = (
    "declarations_versions",
    "rule_versions",
    "program_versions",
    "program_version_rules",
    "rule_changes",
    "events",
    "decisions",
    "ledger_entries",
)
TABLES = (
    "programs",
    "roles",
    "users",
    "counters",
    "customers",
    "declarations_versions",
    "keys",
    "rules",
    "users_roles",
    "balances",
    "events",
    "program_versions",
    "rule_versions",
    "snapshots",
    "approvals",
    "decisions",
    "ledger_entries",
    "program_version_rules",
    "rule_changes",
)


def upgrade() -> None:
    op.create_table(
        "programs",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("name", name=op.f("uq_programs_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_programs_slug")),
    )
    op.create_table(
        "roles",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", Key, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_table(
        "counters",
        sa.Column("program_id", Key, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("holder", OutsideId, nullable=False),
        sa.Column("period", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_counters_not_negative")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_counters_program_id")
        ),
        sa.PrimaryKeyConstraint(
            "program_id", "scope", "name", "holder", "period", name=op.f("pk_counters")
        ),
    )
    op.create_table(
        "customers",
        sa.Column("id", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("external_id", OutsideId, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_customers_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint(
            "program_id", "external_id", name=op.f("uq_customers_program_id_external_id")
        ),
    )
    op.create_table(
        "declarations_versions",
        sa.Column("id", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", Key, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_declarations_versions_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_declarations_versions_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations_versions")),
        sa.UniqueConstraint(
            "program_id", "number", name=op.f("uq_declarations_versions_program_id_number")
        ),
    )
    op.create_table(
        "keys",
        sa.Column("id", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", Key, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_keys_created_by")),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_keys_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_keys_prefix")),
    )
    op.create_index(op.f("ix_keys_program_id"), "keys", ["program_id"], unique=False)
    op.create_table(
        "rules",
        sa.Column("id", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("draft_text", sa.Text(), nullable=False),
        sa.Column("draft_revision", sa.BigInteger(), nullable=False),
        sa.Column("draft_saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_saved_by", Key, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", Key, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_rules_created_by")),
        sa.ForeignKeyConstraint(
            ["draft_saved_by"], ["users.id"], name=op.f("fk_rules_draft_saved_by")
        ),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_rules_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("program_id", "name", name=op.f("uq_rules_program_id_name")),
    )
    op.create_table(
        "users_roles",
        sa.Column("user_id", Key, nullable=False),
        sa.Column("role_id", Key, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_users_roles_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_users_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_users_roles")),
    )
    op.create_table(
        "balances",
        sa.Column("customer_id", Key, autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("precision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_balances_customer_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "unit", name=op.f("pk_balances")),
    )
    op.create_table(
        "events",
        sa.Column("seq", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("event_id", OutsideId, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_events_customer_id")
        ),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_events_program_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("program_id", "event_id", name=op.f("uq_events_program_id_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at", "events", ["program_id", "at"], unique=False)
    op.create_index("ix_events_customer", "events", ["customer_id", "at", "event_id"], unique=False)
    op.create_table(
        "program_versions",
        sa.Column("id", Key, nullable=False),
        sa.Column("program_id", Key, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("declarations_version_id", Key, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", Key, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declarations_version_id"],
            ["declarations_versions.id"],
            name=op.f("fk_program_versions_declarations_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_program_versions_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["users.id"], name=op.f("fk_program_versions_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_versions")),
        sa.UniqueConstraint(
            "program_id", "number", name=op.f("uq_program_versions_program_id_number")
        ),
    )
    op.create_index(
        "ix_program_versions_in_force",
        "program_versions",
        ["program_id", "in_force_from"],
        unique=False,
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", Key, nullable=False),
        sa.Column("rule_id", Key, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", Key, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_rule_versions_author_id")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_versions_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_rule_versions_rule_id_number")),
    )
    op.create_table(
        "snapshots",
        sa.Column("customer_id", Key, autoincrement=False, nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_id", OutsideId, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_snapshots_customer_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", Key, nullable=False),
        sa.Column("rule_version_id", Key, nullable=False),
        sa.Column("requested_by", Key, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", Key, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_approvals_decided_by")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_approvals_requested_by")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"], ["rule_versions.id"], name=op.f("fk_approvals_rule_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(
        op.f("ix_approvals_rule_version_id"), "approvals", ["rule_version_id"], unique=False
    )
    op.create_index(
        "uq_approvals_waiting",
        "approvals",
        ["rule_version_id"],
        unique=True,
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "decisions",
        sa.Column("event_seq", Key, autoincrement=False, nullable=False),
        sa.Column("program_version_id", Key, nullable=True),
        sa.Column("outcome", Json, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_seq"], ["events.seq"], name=op.f("fk_decisions_event_seq")),
        sa.ForeignKeyConstraint(
            ["program_version_id"],
            ["program_versions.id"],
            name=op.f("fk_decisions_program_version_id"),
        ),
        sa.PrimaryKeyConstraint("event_seq", name=op.f("pk_decisions")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("precision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("event_seq", Key, nullable=False),
        sa.Column("rule_name", sa.String(length=200), nullable=False),
        sa.Column("rule_version_id", Key, nullable=True),
        sa.Column("reward", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_ledger_entries_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["events.seq"], name=op.f("fk_ledger_entries_event_seq")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_ledger_entries_rule_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint(
            "event_seq",
            "rule_name",
            "reward",
            "customer_id",
            "kind",
            name=op.f("uq_ledger_entries_event_seq_rule_name_reward_customer_id_kind"),
        ),
    )
    op.create_index(
        "ix_ledger_entries_customer", "ledger_entries", ["customer_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_entries_rule_version_id"),
        "ledger_entries",
        ["rule_version_id"],
        unique=False,
    )
    op.create_table(
        "program_version_rules",
        sa.Column("program_version_id", Key, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_version_id", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["program_version_id"],
            ["program_versions.id"],
            name=op.f("fk_program_version_rules_program_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_versions.id"],
            name=op.f("fk_program_version_rules_rule_version_id"),
        ),
        sa.PrimaryKeyConstraint(
            "program_version_id", "position", name=op.f("pk_program_version_rules")
        ),
    )
    op.create_index(
        op.f("ix_program_version_rules_rule_version_id"),
        "program_version_rules",
        ["rule_version_id"],
        unique=False,
    )
    op.create_table(
        "rule_changes",
        sa.Column("id", Key, nullable=False),
        sa.Column("rule_id", Key, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", Key, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_version_id", Key, nullable=True),
        sa.Column("to_version_id", Key, nullable=True),
        sa.Column("program_version_id", Key, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_rule_changes_by")),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["rule_versions.id"], name=op.f("fk_rule_changes_from_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["program_version_id"],
            ["program_versions.id"],
            name=op.f("fk_rule_changes_program_version_id"),
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_rule_changes_rule_id")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["rule_versions.id"], name=op.f("fk_rule_changes_to_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_changes")),
    )
    op.create_index(op.f("ix_rule_changes_rule_id"), "rule_changes", ["rule_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
