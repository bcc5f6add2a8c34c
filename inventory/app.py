"""Composition root: the only file that knows every part."""

import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from inventory.config import Settings, instance_path, load_settings
from inventory.db import JSON_OPTIONS, db, normalise_url, prepare_engine
from inventory.lifecycle.guards import require_all_guards

HERE = Path(__file__).parent


def _folder(name: str) -> str:
    """`templates` or `static`: beside the package in a checkout, inside it in an installed wheel."""
    installed = HERE / f"_{name}"
    return str(installed if installed.is_dir() else HERE.parent / name)


def _secret_key(settings: Settings, instance: Path) -> str:
    if settings.secret_key:
        return settings.secret_key
    kept = instance / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


def create_app(settings: Settings | None = None, instance: Path | None = None, *, edges: bool = True) -> Flask:
    """The application. *settings* and *instance* (folder of database and secret) replace the environment's.

    Without *edges* it is the database and its migrations only.
    """
    settings = settings or load_settings()
    instance = instance or instance_path()
    instance.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "inventory",
        template_folder=_folder("templates"),
        static_folder=_folder("static"),
        static_url_path="/static",
        instance_path=str(instance),
    )
    url = settings.database_url or f"sqlite:///{instance / 'inventory.sqlite3'}"
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=_secret_key(settings, instance),
        SQLALCHEMY_DATABASE_URI=normalise_url(url),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(url),
        MAX_CONTENT_LENGTH=settings.max_upload_mib * 1024 * 1024,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.extensions = _Extensions(app)
    require_all_guards()
    if edges:
        _add_edges(app)
    return app


class _Extensions(dict[str, Any]):
    """The extensions of an application; what migrates is loaded when it is asked for, which a server never does."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.extensions)
        self._app = app

    def __missing__(self, name: str) -> Any:
        if name != "migrate":
            raise KeyError(name)
        from flask_migrate import Migrate

        Migrate(self._app, db, directory=str(HERE / "migrations"), render_as_batch=True)
        return self[name]


def _engine_options(url: str) -> dict[str, Any]:
    options = dict(JSON_OPTIONS)
    if url.startswith("sqlite"):
        # A waiting writer holds its connection; the pool must not run dry before the lock is free.
        options["connect_args"] = {"timeout": 30, "check_same_thread": False}
    else:
        options["pool_pre_ping"] = True
    return options


def _add_edges(app: Flask) -> None:
    """The three edges; each registers its own parts."""
    from inventory.api import add_api
    from inventory.cli import add_commands
    from inventory.web import add_web

    if hops := app.config["SETTINGS"].trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    groups = add_api(app)
    add_web(app)
    for group in groups:
        # The API never looks at a cookie, so a forged form has nothing to ride on.
        app.extensions["csrf"].exempt(group)
    add_commands(app)
