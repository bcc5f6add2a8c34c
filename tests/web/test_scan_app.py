"""The app around the scan page: a shell without names, a worker whose version is its files', a manifest with icons."""

import json
import re
from pathlib import Path

from flask import Flask
from PIL import Image, ImageChops

from inventory.accounts.permissions import ROLES
from tests.conftest import World
from tests.static import make_app_icons
from tests.web.browser import sign_in, words

ROOT = Path(__file__).parents[2]


def kept(app: Flask) -> dict[str, object]:
    answer = app.test_client().get("/service-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    found: dict[str, object] = json.loads(answer.text.split("const KEPT = ", 1)[1].split(";\n", 1)[0])
    return found


def test_the_shell_holds_nothing_of_a_person_whoever_asks(app: Flask, world: World) -> None:
    visitor, somebody = app.test_client(), sign_in(app, world)
    with somebody.session_transaction() as session:
        session["_flashes"] = [("success", "Ada's machine was recorded.")]
    shell = somebody.get("/scan/shell")
    assert shell.status_code == 200
    assert shell.text == visitor.get("/scan/shell").text
    assert "Tess" not in shell.text and "Ada" not in shell.text and "csrf" not in shell.text
    assert "data-scan-app" in shell.text


def test_the_worker_keeps_every_file_that_the_page_names(app: Flask, world: World) -> None:
    files = kept(app)["files"]
    assert isinstance(files, dict)
    page = sign_in(app, world).get("/scan").text
    named = {
        name for name in re.findall(r'(?:href|src|data-\w+)="(/static/[^"?#]+)', page) if not name.endswith(".png")
    }
    assert len(named) > 15
    assert named <= files.keys()
    scripts = {path.name for path in (ROOT / "static" / "js").glob("scan-*.js")}
    assert {f"/static/js/{name}" for name in scripts} <= files.keys()
    assert "/static/vendor/idb/idb.js" in files
    client = app.test_client()
    assert [name for name in files if client.get(name).status_code != 200] == []


def test_the_version_changes_with_a_file_and_with_nothing_else(app: Flask, world: World) -> None:
    first = kept(app)["version"]
    assert kept(app)["version"] == first
    app.extensions["scan_files"] = app.extensions["scan_files"] | {"js/scan-app.js": "another"}
    assert kept(app)["version"] != first


def test_the_manifest_names_icons_that_are_there_in_their_size(app: Flask, world: World) -> None:
    client = app.test_client()
    told = client.get("/manifest.webmanifest").get_json(force=True)
    assert (told["start_url"], told["scope"], told["display"]) == ("/scan", "/", "standalone")
    assert "University of Testing" in told["name"]
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        path = ROOT / icon["src"].partition("?")[0].lstrip("/")
        with Image.open(path) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
    assert 'rel="manifest"' in client.get("/sign-in").text


def test_the_icons_are_those_of_the_mark() -> None:
    for name, (size, maskable) in make_app_icons.ICONS.items():
        with Image.open(make_app_icons.FOLDER / name) as image:
            difference = ImageChops.difference(make_app_icons.icon(size, maskable=maskable), image.convert("RGBA"))
        assert max(most for _, most in difference.getextrema()) <= 40, name


def test_the_page_s_menu_has_the_sections_of_the_role(app: Flask, world: World) -> None:
    boot = sign_in(app, world).get("/scan/boot").get_json()
    assert boot["role"] == ROLES["administrator"]
    assert {"Scan", "Machines"} <= {each["label"] for each in boot["navigation"]}
    assert all(each["href"].startswith("/") for each in boot["navigation"])


def test_the_page_without_a_script_comes_with_the_one_that_has_it(app: Flask, world: World) -> None:
    page = sign_in(app, world).get("/scan")
    assert "look up, record nothing" in words(page)
    assert page.text.index("data-scan-plain") < page.text.index("data-scan-app hidden")
