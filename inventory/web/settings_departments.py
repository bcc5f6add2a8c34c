"""Departments: the tree that machines are counted by; adding, renaming, moving."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import NotFound
from inventory.register.departments import move_department, rename_department
from inventory.register.directory import list_departments, machines_at
from inventory.register.models import Department
from inventory.register.service import add_department
from inventory.web._records import (
    Control,
    Form,
    Refused,
    asked,
    machines_in_words,
    save,
    settled,
    show_list,
    show_record,
    typed,
)
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_settings_departments", __name__)

_COLUMNS = (
    {"key": "code", "label": "Code", "mono": True},
    {"key": "name", "label": "Name"},
    {"key": "under", "label": "Under"},
    {"key": "machines", "label": "Machines now", "numeric": True},
)
_TREE = "Empty: at the top of the tree."


@blueprint.get("/settings/departments")
@requires("administer")
def index() -> Response:
    """The tree, each department below the one it hangs under."""
    return _list()


def _list(refused: Refused | None = None) -> Response:
    q = asked("q")
    page = list_departments(
        session(), settings().page_size, q=q, after=request.args.get("after"), before=request.args.get("before")
    )
    counts = machines_at(session(), "department", [each.id for each in page.rows])
    rows = [
        {
            "code": {"text": each.code, "href": url_for("web_settings_departments.one", number=each.id)},
            "name": each.name,
            "under": _above(each) or "–",
            "machines": {
                "text": f"{counts.get(each.id, 0):,}",
                "href": url_for("web_listing.index", department=each.code),
            },
        }
        for each in page.rows
    ]
    form = Form(
        "add",
        "Add a department",
        url_for("web_settings_departments.add"),
        "Add department",
        [
            Control("code", "Code", required=True, mono=True, help="Stays for ever: the ledger holds it.", attrs=_CODE),
            Control("name", "Name", required=True, attrs={"maxlength": "255"}),
            Control("parent", "Under", lookup="department", help=_TREE),
        ],
        kind="primary",
    )
    return show_list(
        "Departments",
        "Machines are counted by department; a figure for one includes those below it.",
        page,
        endpoint="web_settings_departments.index",
        columns=_COLUMNS,
        rows=rows,
        add=form,
        empty="No departments yet. Colleges first, then the schools under them.",
        noun="departments",
        refused=refused,
        filters=[Control("q", "Code or name", q, "search")],
    )


_CODE = {"maxlength": "64"}


def _above(found: Department) -> str:
    """Codes of the departments above, from the top."""
    return " › ".join(found.path.strip("/").split("/")[:-1])


@blueprint.post("/settings/departments")
@requires("administer")
def add() -> AnyResponse:
    """A new department."""

    def work() -> Callable[[Session], Department]:
        code, name, parent = typed("code"), typed("name"), settled("parent", "department")
        return lambda db: add_department(db, code, name, parent)

    return save(
        "add",
        work,
        lambda made: (url_for("web_settings_departments.index"), f"{made.name} is added."),
        _list,
    )


@blueprint.get("/settings/departments/<int:number>")
@requires("administer")
def one(number: int) -> Response:
    """One department."""
    return _one(number)


def _found(db: Session, number: int) -> Department:
    found = db.get(Department, number)
    if found is None:
        raise NotFound("There is no such department.")
    return found


def _one(number: int, refused: Refused | None = None) -> Response:
    found = _found(session(), number)
    above = session().get(Department, found.parent_id) if found.parent_id else None
    count = machines_at(session(), "department", [number]).get(number, 0)
    machines = {"text": machines_in_words(count), "href": url_for("web_listing.index", department=found.code)}
    return show_record(
        found.name,
        f"Department {found.code}",
        up=("Departments", url_for("web_settings_departments.index")),
        facts=[("Code", found.code), ("Under", _above(found) or "the top"), ("Its own, now", machines)],
        forms=[
            Form(
                "rename",
                "Rename",
                url_for("web_settings_departments.rename", number=number),
                "Save name",
                [Control("name", "Name", found.name, required=True, attrs={"maxlength": "255"})],
            ),
            Form(
                "move",
                "Move in the tree",
                url_for("web_settings_departments.move", number=number),
                "Move",
                [
                    Control(
                        "parent",
                        "Under",
                        f"{above.name} [{above.code}]" if above else "",
                        lookup="department",
                        help=_TREE,
                    )
                ],
                "With all below it. Figures follow the tree as it is when they are asked; as at a past moment, and "
                "in statements, as it was then.",
            ),
        ],
        refused=refused,
    )


@blueprint.post("/settings/departments/<int:number>/rename")
@requires("administer")
def rename(number: int) -> AnyResponse:
    """Another name; the code stays."""

    def work() -> Callable[[Session], Department]:
        name = typed("name")
        return lambda db: rename_department(db, _found(db, number).code, name)

    return save(
        "rename", work, lambda found: (_here(number), f"The name is {found.name}."), lambda no: _one(number, no)
    )


def _here(number: int) -> str:
    return url_for("web_settings_departments.one", number=number)


@blueprint.post("/settings/departments/<int:number>/move")
@requires("administer")
def move(number: int) -> AnyResponse:
    """Hang it, with all below it, under another one or at the top."""

    def work() -> Callable[[Session], Department]:
        parent = settled("parent", "department")
        return lambda db: move_department(db, _found(db, number).code, parent)

    return save("move", work, lambda found: (_here(number), f"{found.name} is moved."), lambda no: _one(number, no))
