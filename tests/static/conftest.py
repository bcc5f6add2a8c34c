"""Chromium and a small server with the strict content policy, for what the pages' scripts do."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.static import pages

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


class Site:
    """Pages by path, and what the server was sent. ``answer`` decides what a POST gets; None drops the line."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.posts: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.answer: Callable[[dict[str, str]], tuple[int, dict[str, Any]] | None] = lambda sent: (
            200,
            {"outcome": "recorded", "tag": sent["tag"], "headline": "Returned", "words": "Store B12."},
        )
        self.address = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def reply(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                site.asked.append(self.path)
                if path.startswith("/static/"):
                    file = pages.ROOT / path[1:]
                    self.reply(200, TYPES[file.suffix], file.read_bytes())
                elif path in site.pages:
                    self.reply(200, "text/html; charset=utf-8", site.pages[path].encode())
                else:
                    self.reply(404, "text/html; charset=utf-8", b"<!doctype html><title>None</title>")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sent = dict(re.findall(r'name="([^"]+)"\r\n\r\n(.*?)\r\n', body, re.S))
                site.posts.append(sent)
                answer = site.answer(sent)
                if answer is None:
                    self.close_connection = True
                    return
                self.reply(answer[0], "application/json", json.dumps(answer[1]).encode())

            def log_message(self, *args: object) -> None:
                """Silence."""

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), made.handler())
    server.daemon_threads = True
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.complaints = []  # type: ignore[attr-defined]
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))  # type: ignore[attr-defined]
    yield opened
    complaints = list(opened.complaints)  # type: ignore[attr-defined]
    context.close()
    assert complaints == []
