"""The web server, in the process that has the application loaded: its workers are copies, not new starts."""

import gc
import sys
from collections.abc import Mapping
from contextvars import Context
from typing import Any

from flask import Flask


def serve(app: Flask, options: Mapping[str, Any]) -> None:
    """Serve *app* until a signal ends it; *options* are gunicorn's settings by name. Does not come back.

    No open connection may be left in this process: the workers would share it.
    """
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in {"preload_app": True, **options}.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    # What is loaded by now stays: the workers need not look through it, nor copy its pages by doing so.
    gc.collect()
    gc.freeze()
    # A command has the application's context about it, which all requests would share; workers begin without.
    Context().run(Server(prog="flask serve").run)
    sys.exit()
