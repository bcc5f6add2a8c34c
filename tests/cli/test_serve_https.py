"""`flask serve --https`: really started, reached through its own authority only, and the same authority at the next start."""

import contextlib
import http.client
import io
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_interface
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from inventory.cli import _network, _server
from inventory.cli._https import address_of, tell
from inventory.cli._network import address_for_phones, this_host
from inventory.local_ca import Host, prepare
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[int, Path]]:
    """A server as the command starts it; its port and what it printed."""
    port, printed = free_port(), folder / "printed.txt"
    flask = Path(sys.executable).with_name("flask")
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECURE_COOKIES")} | {
        "INSTANCE_PATH": str(folder), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    command = [str(flask), "--app", "wsgi", "serve", "--https", "--no-demo", "--workers", "1", "--host", "127.0.0.1"]
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        ends = time.monotonic() + 90
        while True:
            assert process.poll() is None, printed.read_text()
            with contextlib.suppress(OSError, http.client.HTTPException):
                if get(port, "/trust", blind())[0] == 200:
                    break
            assert time.monotonic() < ends, printed.read_text()
            time.sleep(0.2)
        yield port, printed
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def blind() -> ssl.SSLContext:
    """As a person who went past the warning."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def get(port: int, path: str, context: ssl.SSLContext, host: str = "127.0.0.1") -> tuple[int, dict[str, str], bytes]:
    with contextlib.closing(http.client.HTTPSConnection(host, port, timeout=30, context=context)) as asked:
        asked.request("GET", path)
        answer = asked.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def test_a_started_server_is_trusted_by_its_own_authority_only(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "inventory.sqlite3")
    with serving(tmp_path) as (port, printed):
        status, headers, authority = get(port, "/trust/ca.crt", blind())
        assert status == 200 and headers["content-type"] == "application/x-x509-ca-cert"
        assert authority == (tmp_path / "local-ca/ca.crt").read_bytes()
        only = ssl.create_default_context(cadata=authority.decode())
        for host in ("127.0.0.1", "localhost"):
            assert get(port, "/trust", only, host)[0] == 200
        # Nobody has an account yet: signing in leads to the set-up, whose form brings a cookie.
        status, headers, page = get(port, "/setup", only)
        assert status == 200 and "Secure" in headers["set-cookie"] and "strict-transport-security" not in headers
        assert b"PRIVATE" not in page
        # A form goes through as well: over HTTPS the page it came from is looked at too.
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {
            "username": "first",
            "display_name": "First",
            "password": "four unrelated words",
            "again": "four unrelated words",
        }
        with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=only)) as asked:
            asked.request(
                "POST",
                "/setup",
                urlencode(form | {"csrf_token": token[1].decode()}),
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": headers["set-cookie"].partition(";")[0],
                    "Referer": f"https://127.0.0.1:{port}/setup",
                },
            )
            answer = asked.getresponse()
            assert answer.status == 302 and answer.headers["Location"] == "/", answer.read()
        status, _, page = get(port, "/sign-in", only)
        assert status == 200 and b'href="/trust"' in page
        with pytest.raises(ssl.SSLCertVerificationError):
            get(port, "/trust", ssl.create_default_context())
        with (
            socket.create_connection(("127.0.0.1", port), 30) as line,
            pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)hostname"),
        ):
            only.wrap_socket(line, server_hostname="reuse.example.ac.uk")
        for path in ("/trust/ca.key", "/trust/server.key", "/static/../instance/local-ca/ca.key", "/local-ca/ca.key",
                     "/static/%2e%2e/local-ca/ca.key", "/trust/..%2fca.key", "/trust", "/trust/ca.crt"):  # fmt: skip
            assert b"PRIVATE" not in get(port, path, only)[2]
        told = printed.read_text(encoding="utf-8")
        assert f"https://127.0.0.1:{port}/trust" in told and "█" in told
        made = fingerprint_lines(told)
        assert all(line in told for line in made) and all(
            name in told for name in ("Android", "iPhone", "Windows", "Mac", "Linux")
        )
        # The plain worker would give its one process to each of these connections that say nothing.
        with contextlib.ExitStack() as idle:
            for _ in range(4):
                idle.enter_context(
                    only.wrap_socket(socket.create_connection(("127.0.0.1", port), 30), server_hostname="localhost")
                )
            assert get(port, "/trust", only)[0] == 200
    with serving(tmp_path) as (port, printed):
        assert get(port, "/trust", only)[0] == 200
        assert fingerprint_lines(printed.read_text(encoding="utf-8")) == made


def fingerprint_lines(told: str) -> list[str]:
    return [line.strip() for line in told.splitlines() if line.count(":") == 15 and len(line.strip()) == 47]


def test_the_host_has_the_addresses_of_its_cards_but_none_of_one_cable(monkeypatch: pytest.MonkeyPatch) -> None:
    def card(family: int, address: str, netmask: str | None) -> SimpleNamespace:
        return SimpleNamespace(family=family, address=address, netmask=netmask)

    cards = {
        "lo": [card(socket.AF_INET, "127.0.0.1", "255.0.0.0"), card(socket.AF_INET6, "::1", None)],
        "eth0": [
            card(socket.AF_INET, "129.215.7.9", "255.255.254.0"),
            card(socket.AF_INET6, "2001:db8::7", "ffff:ffff:ffff:ffff::"),
            card(socket.AF_INET6, "fe80::1%eth0", "ffff:ffff:ffff:ffff::"),
            card(psutil.AF_LINK, "00:11:22:33:44:55", None),
        ],
        "tun0": [card(socket.AF_INET, "10.8.0.2", None)],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: cards)
    found = [str(each) for each in this_host().interfaces]
    assert found == ["10.8.0.2/32", "127.0.0.1/8", "129.215.7.9/23", "::1/32", "2001:db8::7/64"]


def test_phones_are_told_an_address_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host("desk", tuple(ip_interface(text) for text in ("127.0.0.1/8", "192.168.7.7/24", "::1/128")))
    # The way out of this machine is another than any of these, so the first of the network is told.
    assert address_for_phones(host) == "192.168.7.7"
    assert address_for_phones(Host("desk", (ip_interface("127.0.0.1/8"),))) == "localhost"
    for bound, told in [
        ("0.0.0.0", "192.168.7.7"),
        ("::", "192.168.7.7"),
        ("desk.local", "desk.local"),
        ("::1", "[::1]"),
    ]:
        assert address_of(bound, 5443, host) == f"https://{told}:5443"

    class Cut:
        def __enter__(self) -> "Cut":
            return self

        def __exit__(self, *rest: object) -> None: ...

        def connect(self, address: object) -> None:
            raise OSError("no network")

    monkeypatch.setattr(_network.socket, "socket", lambda *rest: Cut())
    assert address_for_phones(host) == "192.168.7.7"


def test_what_is_not_in_the_certificate_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(tmp_path, "U", Host("desk", ()), NOW)
    again = prepare(tmp_path, "U", Host("desk", (ip_interface("203.0.113.9/24"),)), NOW)
    tell("https://desk:5443", again)
    told = capsys.readouterr().out
    assert "203.0.113.9" in told and "delete" in told and "was made for this server" not in told


@pytest.fixture
def command_line(app: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, dict[str, Any]]]:
    """Runs `serve` up to where the web server takes over: what it printed, and how that is started."""
    started: list[dict[str, Any]] = []
    monkeypatch.setattr(_server, "serve", lambda served, options: started.append(options))

    def run(*arguments: str) -> tuple[str, dict[str, Any]]:
        result = app.test_cli_runner().invoke(args=["serve", "--no-demo", *arguments])
        assert result.exit_code == 0, result.output
        return result.output, started.pop()

    return run


def test_without_https_it_is_this_machine_alone(command_line: Callable[..., Any], app: Any) -> None:
    told, started = command_line()
    assert "http://127.0.0.1:5000" in told and "/trust" not in told
    assert started["bind"] == "127.0.0.1:5000"
    assert "certfile" not in started and not app.config["SESSION_COOKIE_SECURE"]
    assert command_line("--host", "::1", "--port", "80")[1]["bind"] == "[::1]:80"


def test_with_https_it_is_the_network(command_line: Callable[..., Any], app: Any) -> None:
    told, started = command_line("--https")
    folder = Path(app.instance_path) / "local-ca"
    assert started["bind"] == "0.0.0.0:5443"
    assert started["certfile"] == str(folder / "server.crt")
    assert started["keyfile"] == str(folder / "server.key")
    assert app.config["SESSION_COOKIE_SECURE"] and app.config["SETTINGS"].local_https
    assert "was made for this server" in told
    again, started = command_line("--https", "--port", "8443")
    assert "was made for this server" not in again and fingerprint_lines(again) == fingerprint_lines(told)
    assert started["bind"] == "0.0.0.0:8443"


def test_a_terminal_without_blocks_is_told_the_address_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    tell("https://desk:5443", prepare(tmp_path, "U", Host("desk"), NOW))
    sys.stdout.flush()
    assert b"https://desk:5443/trust" in written.getvalue()
