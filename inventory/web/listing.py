"""The list of machines: filters in the address, keyset pages, columns, saved views, the way into a batch."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import InventoryError
from inventory.lifecycle.details import ROUTES
from inventory.register.kinds import KINDS
from inventory.register.queries import AssetFilter, AssetPage, AssetRow, find_named, list_assets, names_of
from inventory.register.statuses import STATUSES
from inventory.web import _words as words
from inventory.web._batching import batchable
from inventory.web._columns import COLUMNS, Column
from inventory.web._forms import Entry
from inventory.web._shell import NavigationEntry, recorder, requires, session, settings
from inventory.web.views import views_of

blueprint = Blueprint("web_listing", __name__)
_ALSO: Final = ("web_machines", "web_events", "web_bulk", "web_labels", "web_label_runs", "web_label_printers")
NAVIGATION = [NavigationEntry("Machines", "web_listing.index", "laptop", 20, also=_ALSO)]

_REFERENCES: Final = {
    "department": ("department", ""),
    "location": ("location", ""),
    "custodian": ("party", "custodian"),
}
_FILTER_LABELS: Final = {
    "q": "Search",
    "bought_from": "Bought from",
    "bought_to": "Bought to",
    "waiting_days": "Waiting at least (days)",
    "seen_from": "Last seen from",
    "seen_before": "Not seen since",
    "never_seen": "Never seen",
    "advised": "Advised route",
    "older": "Withdrawn too",
    "identifier": "Identifier",
    "order_reference": "Order",
}


@blueprint.get("/machines")
@requires("view")
def index() -> AnyResponse:
    """The list; its whole state is the address."""
    args = MultiDict((name, text) for name, text in request.args.items(multi=True) if text.strip())
    views, remembered = views_of()
    chosen = [column for column in COLUMNS if column.key in args.getlist("columns")]
    shown = chosen or remembered or [column for column in COLUMNS if column.usual]
    refusal, errors = None, dict[str, str]()
    try:
        _settle_names(args, errors)
        asked = AssetFilter.from_args(args)
        sort = args.get("sort", "tag")
        page = _page(asked, sort, args)
    except InventoryError as error:
        session().rollback()
        refusal, asked, sort = error, AssetFilter(), "tag"
        page = AssetPage([], 0, True, None, None)
    if errors:
        page = AssetPage([], 0, True, None, None)
    filters = asked.to_args()
    named = _named(filters)
    state = [(name, text) for name, text in args.items(multi=True) if name not in ("after", "before")]
    plain = [pair for pair in state if pair[0] != "columns"]
    text = render_template(
        "listing/index.html",
        page=page,
        rows=_rows(page.rows),
        statuses=STATUSES,
        columns=[_head(column, sort, state) for column in ([COLUMNS[0]] if COLUMNS[0] not in shown else []) + shown],
        all_columns=[(column.key, column.label, column in shown) for column in COLUMNS],
        chosen=[column.key for column in chosen],
        chips=_chips(filters, named, state),
        clear_href=url_for("web_listing.index", columns=[column.key for column in chosen]),
        filters=_controls(),
        lookups=[(table, role) for table, role in _REFERENCES.values()],
        values=_values(args, named),
        errors=errors,
        open_filters=bool(errors),
        refusal=refusal,
        mended=page.showing_for,
        kept=[(name, text) for name, text in state if name != "q"],
        query=urlencode(plain + [("columns", column.key) for column in shown]),
        state=urlencode(plain),
        filter_query=urlencode(_pairs(filters if not page.showing_for else filters | {"q": page.showing_for})),
        filtered=bool(filters) or bool(errors) or refusal is not None,
        views=views,
        remembers=bool(remembered),
        newer_href=_address(state, before=page.previous) if page.previous else None,
        older_href=_address(state, after=page.next) if page.next else None,
        batchable=batchable(),
        may_record=bool(batchable()),
        may_select=bool(batchable()) or "label" in recorder().permissions,
        may_register={"record", "procure", "import"} & recorder().permissions,
        export_href=_export(filters),
    )
    return Response(text, refusal.status if refusal else 422 if errors else 200)


def _page(asked: AssetFilter, sort: str, args: Mapping[str, str]) -> AssetPage:
    size = settings().page_size
    return list_assets(
        session(), asked, settings(), sort=sort, after=args.get("after"), before=args.get("before"), size=size
    )


def _settle_names(args: MultiDict[str, str], errors: dict[str, str]) -> None:
    """A department, place or person typed by name becomes its code; a code stays as it is."""
    for name, (table, role) in _REFERENCES.items():
        text = args.get(name, "")
        if "[" in text and text.endswith("]"):
            args[name] = text.rpartition("[")[2].rstrip("]")
        elif " " in text or (text and request.args.get("typed") == "1" and text != "-"):
            found = find_named(session(), table, role or None, text[:200])
            if len(found) == 1:
                args[name] = found[0].code
            elif found:
                errors[name] = "More than one answers: " + ", ".join(each.choice for each in found[:5])
            else:
                errors[name] = f"There is none called “{text[:60]}”."


def _pairs(filters: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, text) for name, value in filters.items() for text in (value if isinstance(value, list) else [value])]


def _named(filters: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    wanted = [(_REFERENCES[name][0], filters[name]) for name in _REFERENCES if filters.get(name, "-") != "-"]
    return names_of(session(), wanted)


def _address(state: Iterable[tuple[str, str]], **more: str) -> str:
    pairs = [pair for pair in state if pair[0] != "typed"] + list(more.items())
    return f"{url_for('web_listing.index')}?{urlencode(pairs)}" if pairs else url_for("web_listing.index")


def _head(column: Column, sort: str, state: list[tuple[str, str]]) -> dict[str, Any]:
    head: dict[str, Any] = {"key": column.key, "label": column.label, "mono": column.mono, "numeric": column.numeric}
    kinds = (("num", column.numeric), ("mono", column.mono), ("day", column.day))
    classes = " ".join(name for name, holds in kinds if holds)
    head["open"] = Markup('<td class="{}" data-label="{}">').format(classes, column.label)
    if column.sort:
        present = sort.removeprefix("-") == column.sort
        # The newest comes first in these unless asked otherwise, as the list itself has it.
        newest_first = column.sort in ("last_seen", "registered")
        downward = newest_first != sort.startswith("-")
        other = column.sort if not present or sort.startswith("-") else f"-{column.sort}"
        head["sort_href"] = _address([pair for pair in state if pair[0] != "sort"], sort=other)
        if present:
            head["sorted"] = "descending" if downward else "ascending"
    return head


_UNKNOWN: Final = Markup('<span class="unknown">unknown</span>')
_PATH_SAFE: Final = "!$&'()*+,/:;=@"


def _rows(found: Iterable[AssetRow]) -> list[dict[str, Any]]:
    """What the cells say. A page has hundreds: nothing is asked twice, and no cell calls a macro."""
    prefix = url_for("web_machines.machine", tag="-").removesuffix("-")
    zone = settings().zone
    rows = []
    for each in found:
        row = _row(each, zone)
        row |= {"tag": each.tag, "href": prefix + quote(each.tag, safe=_PATH_SAFE)}
        rows.append({name: _UNKNOWN if value is None else value for name, value in row.items()})
    return rows


def _row(row: AssetRow, zone: ZoneInfo) -> dict[str, Any]:
    cost = f"{row.purchase_cost:,.2f} {row.currency or ''}".strip() if row.purchase_cost is not None else None
    model = " ".join(part for part in (row.manufacturer, row.model) if part) or None
    return {
        "status": row.status,
        "what": KINDS[row.kind].label if row.kind in KINDS else row.kind,
        "model": model,
        "serial": row.serial,
        "department": row.department,
        "location": row.location or "–",
        "custodian": row.custodian or "–",
        "since": words.day(row.status_since, zone),
        "purchase_date": words.day(row.purchase_date) or None,
        "cost": cost,
        "order_reference": row.order_reference,
        "grade": row.grade,
        "seen": words.day(row.last_seen_at, zone) or None,
        "registered": words.day(row.registered_at, zone),
    }


def _filter_label(name: str) -> str:
    return _FILTER_LABELS.get(name) or words.label_of(name)


def _filter_words(name: str, text: str, named: Mapping[tuple[str, str], str]) -> str:
    if name in _REFERENCES:
        return "not known" if text == "-" else named.get((_REFERENCES[name][0], text), text)
    if name == "status":
        return STATUSES[text].label
    if name == "kind":
        return KINDS[text].label
    if name == "advised":
        return ROUTES.get(text, text)
    return "yes" if name in ("older", "never_seen") else text


def _chips(
    filters: Mapping[str, Any], named: Mapping[tuple[str, str], str], state: list[tuple[str, str]]
) -> list[dict[str, str]]:
    return [
        {
            "label": _filter_label(name),
            "value": _filter_words(name, text, named),
            "remove_href": _address([pair for pair in state if pair[0] != name or (pair[1] != text and name in _MANY)]),
        }
        for name, text in _pairs(filters)
    ]


_MANY: Final = ("status", "kind")


def _controls() -> list[Entry]:
    """The filter's form; a control per parameter that people use, the rest come by address."""
    statuses = [("", "Any but Withdrawn"), *((each.key, each.label) for each in STATUSES.values())]
    kinds = [("", "Any"), *((key, kind.label) for key, kind in KINDS.items())]
    return [
        Entry("status", "status", "Status", "select", options=statuses),
        Entry("kind", "kind", "Kind", "select", options=kinds),
        *(
            Entry(name, name, _filter_label(name), "text", lookup=lookup, attrs={"autocomplete": "off"})
            for name, lookup in _REFERENCES.items()
        ),
        Entry("manufacturer", "manufacturer", "Manufacturer", "text"),
        Entry("model", "model", "Model", "text"),
        Entry("bought_from", "bought_from", "Bought from", "date"),
        Entry("bought_to", "bought_to", "Bought to", "date"),
        Entry("seen_from", "seen_from", "Last seen from", "date"),
        Entry("seen_before", "seen_before", "Not seen since", "date"),
        Entry("never_seen", "never_seen", "Never seen", "checkbox"),
        Entry("waiting_days", "waiting_days", "Waiting at least (days)", "text", attrs={"inputmode": "numeric"}),
    ]


def _values(args: Mapping[str, str], named: Mapping[tuple[str, str], str]) -> dict[str, str]:
    values = {name: args[name] for name in args}
    for name, (table, _) in _REFERENCES.items():
        if (label := named.get((table, values.get(name, "")))) is not None:
            values[name] = f"{label} [{values[name]}]"
    return values


def _export(filters: Mapping[str, Any]) -> str | None:
    """The file of exactly what is filtered, where a writer of files is installed."""
    if "web_imports.export" not in current_app.view_functions:
        return None
    return url_for("web_imports.export", **filters)
