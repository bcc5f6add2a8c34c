"""The installable scan page: its shell without names, its service worker, and how the app is called."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for

from inventory.accounts.permissions import ROLES
from inventory.discovery import find
from inventory.web._frame import navigation
from inventory.web._shell import settings

blueprint = Blueprint("web_scan_app", __name__)

PRODUCT: Final = "ICT re-use inventory"
_FONTS = "vendor/atkinson-hyperlegible/atkinson-hyperlegible-"
_SHEETS = ("controls", "tokens", "app", "shell", "components", "scan", "scan-app")
OFFLINE_FILES: Final = (
    "vendor/bootstrap/bootstrap-reboot.min.css",
    *(f"css/{name}.css" for name in _SHEETS),
    f"{_FONTS}next-latin-wght-normal.woff2",
    f"{_FONTS}mono-latin-wght-normal.woff2",
    "icons.svg",
    "favicon.svg",
    "js/theme-boot.js",
    "js/app.js",
    "js/scan-app.js",
)
"""What the page needs without a network; scripts bring what they import.

A web module whose part of the page needs more (a decoder, say) lists it in an ``OFFLINE_FILES`` of its own.
"""
_TEMPLATES: Final = ("base.html", "scan/shell.html", "scan/_app.html", "scan/_camera.html")
_IMPORTED = re.compile(r"""["'](\.{1,2}/[\w./-]+\.(?:js|wasm))["']""")
"""How a script names another file: by a relative path, whether imported or loaded by a worker."""


@blueprint.get("/scan/shell")
def shell() -> str:
    """The scan page without anything of a person's, for the service worker to keep."""
    return render_template(
        "scan/shell.html",
        current_account=None,
        navigation=[],
        get_flashed_messages=lambda **options: [],
    )


@blueprint.get("/service-worker.js")
def service_worker() -> Response:
    """The script that keeps the page; its version changes with any file of it."""
    static = Path(current_app.static_folder or "")
    script = (static / "js" / "service-worker.js").read_text(encoding="utf-8")
    files = _digests(static)
    told = {
        "version": _version(files, script),
        "shell": url_for("web_scan_app.shell"),
        "page": url_for("web_scan.index"),
        "files": {f"{request.script_root}{current_app.static_url_path}/{name}": v for name, v in files.items()},
    }
    return Response(
        f"const KEPT = {json.dumps(told, indent=1)};\n{script}",
        mimetype="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone shows when the app is on its home screen."""

    def icon(name: str, size: int, purpose: str) -> dict[str, str]:
        address = url_for("static", filename=f"app-icons/{name}")
        return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    answer = jsonify(
        id=url_for("web_scan.index"),
        name=f"{PRODUCT}, {settings().institution}",
        short_name="Inventory",
        description="Scan machines, with or without a network.",
        start_url=url_for("web_scan.index"),
        scope=f"{request.script_root}/",
        display="standalone",
        background_color="#fbfaf7",
        theme_color="#fbfaf7",
        icons=[
            icon("icon-192.png", 192, "any"),
            icon("icon-512.png", 512, "any"),
            icon("icon-maskable-512.png", 512, "maskable"),
        ],
    )
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def scan_boot(account: Any) -> dict[str, Any]:
    """For the page's menu: the sections of *account*'s role, which the kept shell cannot know."""
    return {
        "navigation": [{name: each[name] for name in ("label", "href", "icon")} for each in navigation(account.role)],
        "role": ROLES[account.role],
    }


def _digests(static: Path) -> dict[str, str]:
    """Name below `static` -> digest of every file of the page; read once, since files change with a start only."""
    kept: dict[str, str] | None = current_app.extensions.get("scan_files")
    if kept is None or current_app.debug:
        wanted = [name for listed in find("inventory.web", "OFFLINE_FILES").values() for name in listed]
        kept = {}
        while wanted:
            name = wanted.pop()
            path = static / name
            if name in kept:
                continue
            content = path.read_bytes()
            kept[name] = sha256(content).hexdigest()[:10]
            if path.suffix == ".js":
                wanted += _named_in(content.decode(), path, static)
        kept = current_app.extensions["scan_files"] = dict(sorted(kept.items()))
    return kept


def _named_in(script: str, path: Path, static: Path) -> list[str]:
    named = [(path.parent / each).resolve() for each in _IMPORTED.findall(script)]
    return [each.relative_to(static.resolve()).as_posix() for each in named if each.is_file()]


def _version(files: dict[str, str], script: str) -> str:
    templates = Path(current_app.root_path, str(current_app.template_folder))
    parts = [script, json.dumps(files), settings().institution, request.script_root]
    parts += [path.read_text(encoding="utf-8") for name in _TEMPLATES if (path := templates / name).is_file()]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
