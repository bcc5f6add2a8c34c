"""The web server in the command's own process: every request has a context of its own, and a signal ends it."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]

SERVED = """
import sys
from flask import Flask, g
from inventory.cli import _server

app = Flask("small")

@app.get("/")
def seen():
    before, g.mark = g.get("mark", "nothing"), "the request before"
    return before

# As the command line does: the application's context is about the command.
with app.app_context():
    g.mark = "the command"
    _server.serve(app, {"bind": sys.argv[1], "workers": 1, "worker_class": sys.argv[2], "loglevel": "warning"})
"""


def ask(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def test_no_request_sees_the_command_or_another_request(tmp_path: Path) -> None:
    for kind in ("sync", "gthread"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            bind = f"127.0.0.1:{probe.getsockname()[1]}"
        process = subprocess.Popen([sys.executable, "-c", SERVED, bind, kind], cwd=ROOT, stderr=subprocess.PIPE)
        try:
            ends, first = time.monotonic() + 60, None
            while first is None:
                assert process.poll() is None and time.monotonic() < ends
                with contextlib.suppress(urllib.error.URLError, OSError):
                    first = ask(f"http://{bind}/")
                time.sleep(0.05)
            assert [first, *(ask(f"http://{bind}/") for _ in range(3))] == ["nothing"] * 4
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.communicate(timeout=30)
