"""A person at a browser: the cookie of somebody who is signed in."""

import time
from functools import cache

from benchmarks._base import FOLDER, settings
from benchmarks._fleet import Fleet
from inventory.app import create_app
from inventory.db import db


@cache
def cookie(made: Fleet) -> str:
    """The session cookie of the fleet's administrator, as a header's value."""
    app = create_app(settings(made.url), instance=FOLDER)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"uid": made.account, "version": 1, "since": time.time()})
    with app.app_context():
        db.engine.dispose()
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"
