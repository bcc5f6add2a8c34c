"""A served register and a browser in front of it; what the browser complains of fails the test."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from inventory.accounts.service import add_account
from inventory.app import create_app
from inventory.config import Settings
from inventory.db import make_engine, transaction
from inventory.register.references import References
from inventory.register.search import forget_words
from tests.conftest import NOW, World

PASSWORD = "correct horse battery staple"
PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
AXE = (Path(__file__).parents[1] / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SIZES = {"laptop": (1366, 900), "phone": (390, 844)}


class _Quiet(WSGIRequestHandler):
    def log(self, *rest: Any) -> None:
        """Requests of a test are nobody's business."""


@dataclass
class Site:
    """A served register."""

    address: str
    engine: Any
    settings: Settings

    def world(self) -> World:
        """The small university, written through a session of its own."""
        return World(Session(self.engine, expire_on_commit=False), self.settings)

    def account(self, username: str, role: str) -> None:
        """An account with the password of the tests."""
        with Session(self.engine) as session, transaction(session):
            add_account(session, username, username.title(), role, PASSWORD, NOW)


def serve(path: Path, folder: Path) -> Iterator[Site]:
    """Serve the SQLite database at *path*."""
    References.forget()
    forget_words()
    settings = Settings(
        database_url=f"sqlite:///{path}", institution="University of Testing", public_url="https://reuse.test"
    )
    app = create_app(settings, instance=folder)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    engine = make_engine(settings.database_url)
    yield Site(f"http://127.0.0.1:{server.server_port}", engine, settings)
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()
    with app.app_context():
        from inventory.db import db

        db.engine.dispose()


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """An empty register, served."""
    path = tmp_path / "inventory.sqlite3"
    shutil.copy(sqlite_template, path)
    yield from serve(path, tmp_path / "instance")


Open = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Open]:
    """Opens pages; an error on a page's console, or a script that fails, fails the test."""
    contexts, complaints = [], []

    def opened(address: str = "", *, size: str = "laptop", **options: Any) -> Any:
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)

        def heard(message: Any) -> None:
            # An answer that refuses, or a network that is not there, is told to the console by the browser itself.
            by_itself = "the server responded with a status of 4" in message.text or "net::ERR_" in message.text
            if message.type == "error" and not by_itself:
                complaints.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if address:
            page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Any, site: Site, username: str = "tom", password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.goto(site.address + "/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(page: Any, *, colours_only: bool = False) -> list[str]:
    """What an accessibility checker finds on the page as it stands; *colours_only*: what a colour scheme can change."""
    # The page's own policy lets no foreign script in; the checker is put there by the browser.
    page.evaluate(AXE)
    return [
        f"{page.url}: {one['id']} {[node['target'] for node in one['nodes'][:3]]}"
        for one in page.evaluate("(only) => axe.run(only)", COLOURS if colours_only else {})["violations"]
    ]


def picture(page: Any, name: str) -> None:
    """The page at both sizes: it spills over no edge and has no fault; with PICTURES=1 the documentation gets it."""
    before = page.viewport_size
    # A page that is still on its way to the next has no document to measure.
    page.wait_for_load_state()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} spills over at {width} px"
        if os.environ.get("PICTURES") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(PICTURES / f"{name}-{size}.png"))
    page.set_viewport_size(before)
    assert faults(page) == []


@pytest.fixture
def camera(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a browser whose camera shows *scenes*; what a page complains of fails the test."""
    from tests.browser.camera import browser_with, page_of
    from tests.browser.films import film

    pages, left = [], []

    def opened(*scenes: tuple[Any, float], allowed: bool = True, **options: Any) -> Any:
        path = film(tmp_path / f"{len(left)}.mjpeg", scenes) if scenes else None
        left.append(browser_with(chromium, path, allowed=allowed))
        pages.append(page_of(left[-1].__enter__(), **options))
        return pages[-1]

    yield opened
    complaints = [
        words for page in pages for words in page.complaints if "the server responded with a status of 4" not in words
    ]
    for each in left:
        each.__exit__(None, None, None)
    assert complaints == []
