"""The OpenAPI document, and a page that shows it without any script."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson
from flask import Blueprint, Flask, Response, current_app, render_template

from inventory.api._openapi import document
from inventory.api._problems import PREFIX, kind_of
from inventory.errors import GuardMissing, InventoryError

blueprint = Blueprint("api_docs", __name__, url_prefix=PREFIX)
_METHODS: Final = ("get", "post", "put", "patch", "delete")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The document, for programs; it says nothing of the register, so it needs no token."""
    return Response(orjson.dumps(document(current_app)), mimetype="application/json")


@blueprint.get("/docs")
def page() -> str:
    """The document, for people."""
    found = document(current_app)
    shapes = found["components"]["schemas"]
    groups = [
        {"name": tag["name"], "about": tag["description"], "operations": list(_operations(found, tag["name"]))}
        for tag in found["tags"]
    ]
    inputs, outputs = _parted(shapes)
    return render_template(
        "api/docs.html", info=found["info"], groups=groups, inputs=inputs, outputs=outputs, problems=list(_problems())
    )


def _operations(found: dict[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    for path, methods in found["paths"].items():
        for method in _METHODS:
            told = methods.get(method)
            if told is None or tag not in told["tags"]:
                continue
            yield {
                "id": "-".join([method, *re.findall(r"[\w-]+", path.removeprefix(PREFIX))]),
                "method": method.upper(),
                "path": path,
                "summary": told.get("summary", ""),
                "description": told.get("description", ""),
                "parameters": [
                    _parameter(each) for each in [*methods.get("parameters", []), *told.get("parameters", [])]
                ],
                "body": _name_in(told.get("requestBody", {})),
                "answers": [
                    {"status": status, "words": each.get("description", ""), "shape": _name_in(each)}
                    for status, each in told["responses"].items()
                    if status.isdigit() and status < "300"
                ],
            }


def _parameter(each: dict[str, Any]) -> dict[str, Any]:
    shape = each["schema"]
    return {
        "name": each["name"],
        "where": each["in"],
        "type": _type(shape),
        "needed": each.get("required", False),
        "words": each.get("description", ""),
    }


def _name_in(holder: dict[str, Any]) -> str:
    for content in holder.get("content", {}).values():
        return str(content["schema"].get("$ref", "")).rpartition("/")[2]
    return ""


def _type(shape: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "const" in shape:
        return str(shape["const"])
    if "anyOf" in shape or "oneOf" in shape:
        return " or ".join(_type(each) for each in shape.get("anyOf", shape.get("oneOf", ())))
    if choices := shape.get("enum"):
        return " | ".join(str(each) for each in choices)
    kinds = shape.get("type", "any value")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in shape:
        words = f"list of {_type(shape['items'])}"
    if "format" in shape:
        words += f" ({shape['format']})"
    if "maxLength" in shape:
        words += f", at most {shape['maxLength']} characters"
    if "minimum" in shape and "maximum" in shape:
        words += f", {shape['minimum']} to {shape['maximum']}"
    return words


def _parted(shapes: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Shapes that are sent, and shapes that are answered."""
    told = [
        {"name": name, "about": shape.get("description", ""), "variants": list(_variants(shape))}
        for name, shape in shapes.items()
        if name != "PaginationMetadata"
    ]
    return (
        [each for each in told if each["name"].endswith("Input")],
        [each for each in told if not each["name"].endswith("Input")],
    )


def _variants(shape: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in shape.get("oneOf", [shape]):
        yield {"title": each.get("title", ""), "fields": list(_fields(each, ""))}


def _fields(shape: dict[str, Any], before: str) -> Iterator[dict[str, Any]]:
    needed = shape.get("required", [])
    for name, each in shape.get("properties", {}).items():
        yield {
            "name": before + name,
            "type": _type(each),
            "needed": name in needed,
            "words": each.get("description", ""),
        }
        inner = each.get("items", each)
        if "properties" in inner:
            yield from _fields(inner, f"{before}{name}{'[]' if 'items' in each else ''}.")


def _problems() -> Iterator[dict[str, Any]]:
    """Every kind of refusal, read from the classes."""
    for kind in sorted(InventoryError.__subclasses__(), key=lambda each: (each.status, each.__name__)):
        for each in (kind, *kind.__subclasses__()):
            if each is not GuardMissing and each.__module__ == InventoryError.__module__:
                about = (each.__doc__ or "").split("\n\n")[0]
                yield {"id": f"problem-{kind_of(each)}", "status": each.status, "title": each.title, "about": about}


def add_to(app: Flask) -> None:
    """Add the document and its page to *app*."""
    app.register_blueprint(blueprint)
