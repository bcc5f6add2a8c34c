"""The documentation page of the lifecycle, generated from its table."""

from flask import Blueprint, render_template

from inventory.lifecycle.describe import everything, from_nearly_everywhere
from inventory.register.statuses import STATUSES
from inventory.web._diagram import HEIGHT, WIDTH, drawing
from inventory.web._shell import requires

blueprint = Blueprint("web_lifecycle", __name__)


@blueprint.get("/lifecycle")
@requires("view")
def index() -> str:
    """Statuses and events, with a drawing."""
    return render_template(
        "lifecycle/index.html",
        drawing=drawing(),
        box_width=WIDTH,
        box_height=HEIGHT,
        statuses=STATUSES.values(),
        events=everything(),
        undrawn=from_nearly_everywhere(),
    )
