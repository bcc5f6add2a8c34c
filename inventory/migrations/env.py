"""Runs migrations in the application's own database connection."""

from typing import Any

from alembic import context
from flask import current_app

import inventory.accounts.models
import inventory.importers.models
import inventory.intake.models
import inventory.lifecycle.models
import inventory.publishing.models
import inventory.register.models
import inventory.sanitisation.models
import inventory.scanning.models
import inventory.stocktaking.models  # noqa: F401 - tables register themselves
from inventory.db import Base

target = current_app.extensions["migrate"].db


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """The full-text index is made by hand per database; autogenerate must not touch it."""
    return not (kind == "table" and (name or "").startswith("asset_search"))


def run() -> None:
    """Bring the database to the newest revision."""
    with target.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            compare_type=True,
            render_as_batch=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.in_transaction():
            connection.commit()


run()
