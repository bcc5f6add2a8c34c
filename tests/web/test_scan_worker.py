"""Only the Worker that compiles the code reader may do so; what it loads is ours, typed and kept for long."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from inventory.web._frame import CONTENT_POLICY
from inventory.web.scan_camera import OFFLINE_FILES
from tests.conftest import World
from tests.web.browser import sign_in

VENDOR = Path(__file__).parents[2] / "static" / "vendor" / "zxing-wasm"
STATIC = Path(__file__).parents[2] / "static"


def test_the_worker_alone_may_compile(app: Any, world: World) -> None:
    client = sign_in(app, world)
    policy = client.get("/static/js/scan-worker.js").headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert policy.replace(" 'wasm-unsafe-eval'", "") == CONTENT_POLICY


def test_no_other_answer_lets_anything_compile(app: Any, world: World) -> None:
    client = sign_in(app, world)
    files = [f"/static/{path.relative_to(STATIC)}" for path in STATIC.rglob("*") if path.is_file()]
    files.remove("/static/js/scan-worker.js")
    pages = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    asked = [*files, *pages, "/scan?mode=look-up", "/no-such-page", "/static/no-such-file", "/static//js/scan-worker.js",
             "/static/js/../js/scan-worker.js/"]  # fmt: skip
    assert {"/scan", "/sign-in", "/static/js/camera.js", "/static/vendor/zxing-wasm/zxing-reader.js"} <= set(asked)
    allowed = [
        each for each in asked if "unsafe" in client.get(each).headers.get("Content-Security-Policy", "missing unsafe")
    ]
    assert allowed == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("vendor/zxing-wasm/zxing_reader.wasm", "application/wasm"), ("js/scan-worker.js", "text/javascript")],
)
def test_what_the_reader_is_made_of_is_typed_and_kept(app: Any, world: World, name: str, kind: str) -> None:
    client = sign_in(app, world)
    page = client.get("/scan?mode=look-up").get_data(as_text=True)
    address = re.search(rf'="(/static/{re.escape(name)}\?v=\w+)"', page)
    assert address is not None, "the scan page names it with its version"
    answer = client.get(address[1])
    assert answer.mimetype == kind
    assert "immutable" in answer.headers["Cache-Control"]


def test_what_the_camera_loads_is_kept_for_the_time_without_a_network() -> None:
    partial = (STATIC.parent / "templates" / "scan" / "_camera.html").read_text(encoding="utf-8")
    named = set(re.findall(r"filename='([^']+)'", partial))
    assert len(named) >= 7
    assert named == set(OFFLINE_FILES)
    assert all((STATIC / name).is_file() for name in OFFLINE_FILES)


def test_the_script_and_the_wasm_belong_together() -> None:
    script = (VENDOR / "zxing-reader.js").read_text(encoding="utf-8")
    digest = re.search(r"ZXING_WASM_SHA256=`([0-9a-f]{64})`", script)
    assert digest is not None
    assert hashlib.sha256((VENDOR / "zxing_reader.wasm").read_bytes()).hexdigest() == digest[1]
    version = re.search(r"npm/zxing-wasm@([0-9.]+)/", script)
    listed = re.search(
        r"zxing_reader\.wasm \|[^|]+\| ([0-9.]+) \|", (VENDOR.parent / "README.md").read_text(encoding="utf-8")
    )
    assert version is not None and listed is not None
    assert version[1] == listed[1]
