"""A server that can be killed, and a line to it that loses, cuts and refuses what passes over it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PASS, REFUSE, LOSE_QUESTION, LOSE_ANSWER, CUT_ANSWER = "pass", "refuse", "lose question", "lose answer", "cut answer"
Fault = Callable[[str, str], str]
"""(method, path) -> what the line does to the request."""
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The product behind gunicorn, in processes that can be killed."""

    def __init__(self, database_url: str, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "SECRET_KEY": "only for tests",
            "INSTANCE_PATH": str(folder),
            "PUBLIC_URL": "https://reuse.test",
            "PYTHONPATH": str(ROOT),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its first answer."""
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        self.process = subprocess.Popen(
            [*command, "--log-level", "critical", "wsgi:app"], cwd=ROOT, env=self.environment, start_new_session=True
        )
        ends = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as asked:
                asked.request("GET", "/scan/shell")
                if asked.getresponse().status < 500:
                    return
            assert time.monotonic() < ends, "the server did not start"
            time.sleep(0.1)

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def kill_worker(self) -> None:
        """kill -9 of one worker; the server starts another."""
        os.kill(self.workers()[0], signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 of everything."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None


class _Silent(ThreadingHTTPServer):
    def handle_error(self, *rest: Any) -> None:
        """A browser that hangs up is part of the test."""


class Line:
    """Passes requests on to *upstream*; ``fault`` decides what becomes of each. ``passed`` counts (method, path, fault)."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.fault: Fault = lambda method, path: PASS
        self.passed: list[tuple[str, str, str]] = []
        self.before_answer: Callable[[str], None] = lambda path: None
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                line.carry(self)

            do_POST = do_GET

            def log_message(self, *rest: Any) -> None:
                """Requests of a test are nobody's business."""

        self.httpd = _Silent(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.httpd.server_port}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def carry(self, asked: BaseHTTPRequestHandler) -> None:
        """One request, there and back."""
        path = asked.path.partition("?")[0]
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        fault = self.fault(asked.command, path)
        self.passed.append((asked.command, path, fault))
        if fault in (REFUSE, LOSE_QUESTION):
            self._hang_up(asked)
            return
        connection = HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        try:
            headers = {name: value for name, value in asked.headers.items() if name.lower() != "connection"}
            connection.request(asked.command, asked.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self._hang_up(asked)
            return
        finally:
            connection.close()
        self.before_answer(path)
        if fault == LOSE_ANSWER:
            self._hang_up(asked)
            return
        with contextlib.suppress(OSError):
            asked.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    asked.send_header(name, value)
            asked.send_header("Content-Length", str(len(content)))
            asked.end_headers()
            asked.wfile.write(content[: len(content) // 2] if fault == CUT_ANSWER else content)
        if fault == CUT_ANSWER:
            self._hang_up(asked)

    def _hang_up(self, asked: BaseHTTPRequestHandler) -> None:
        asked.close_connection = True
        with contextlib.suppress(OSError):
            asked.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop it."""
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()


@contextlib.contextmanager
def served(database_url: str, folder: Path) -> Iterator[tuple[Server, Line]]:
    """A killable server and the line to it."""
    folder.mkdir(exist_ok=True)
    server = Server(database_url, folder)
    server.start()
    line = Line(server.port)
    try:
        yield server, line
    finally:
        line.close()
        server.kill()
