"""Renders templates without the application, for tests of what stands in the markup."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

ROOT = Path(__file__).parents[2]


def environment() -> jinja2.Environment:
    """The templates with stand-ins for what the web edge provides."""
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
    env.globals.update(
        icons_address=lambda: "/static/icons.svg",
        url_for=lambda endpoint, **kw: f"/static/{kw['filename']}" if endpoint == "static" else f"/{endpoint}",
        csrf_token=lambda: "token-of-the-page",
        get_flashed_messages=lambda with_categories=False: [],
        request=SimpleNamespace(script_root="", path="/machines"),
    )
    return env


def frame() -> dict[str, Any]:
    """The context every page gets: a person, six sections, a demonstration notice."""
    sections = (
        ("Scan", "upc-scan"),
        ("Machines", "laptop"),
        ("Reports", "bar-chart-line"),
        ("Imports", "upload"),
        ("Labels", "qr-code"),
        ("Settings", "gear"),
    )
    return {
        "institution": "University of Somewhere",
        "current_account": SimpleNamespace(display_name="Morag Sinclair", role_label="Hub technician"),
        "navigation": [
            SimpleNamespace(label=label, icon=icon, href=f"/{label.lower()}", active=label == "Machines")
            for label, icon in sections
        ],
        "demo_notice": "Synthetic demonstration data: only the published totals are real",
    }


def render(source: str, **context: Any) -> str:
    """*source* rendered with the frame's context."""
    return environment().from_string(source).render(**frame(), **context)
