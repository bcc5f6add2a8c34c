"""The OpenAPI document: our own fields in its words, the details of every event, problem details."""

import http
from copy import deepcopy
from functools import cache
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema, fields

from inventory.api._shapes import When
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, EventType
from inventory.lifecycle.fields import Day, Lines, Money, Whole, Words

MONEY: Final = r"^\d{1,10}(\.\d{1,2})?$"


class RefusalSchema(Schema):
    """One refused row of a batch."""

    row = fields.Integer(required=True, metadata={"description": "Counted from 1."})
    title = fields.String(required=True)
    detail = fields.String(required=True)
    status = fields.Integer(required=True)
    field = fields.String()
    present_status = fields.String(allow_none=True)


class FieldProblemSchema(Schema):
    """One wrong field of a request."""

    where = fields.String(required=True, data_key="in", metadata={"description": "body, query, header or file"})
    field = fields.String()
    row = fields.Integer(metadata={"description": "Row of a batch, counted from 1."})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A refusal (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "Address that explains this kind of refusal."})
    title = fields.String(required=True, metadata={"description": "The kind of refusal in words."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence that a person can act on."})
    field = fields.String(metadata={"description": "The input that is wrong."})
    row = fields.Integer(metadata={"description": "Row of a batch, counted from 1."})
    errors = fields.List(fields.Nested(FieldProblemSchema), metadata={"description": "Every field that is wrong."})
    present_status = fields.String(allow_none=True, metadata={"description": "Where the machine stands now."})
    candidates = fields.List(fields.String(), metadata={"description": "Tags of the machines that answer."})
    refusals = fields.List(fields.Nested(RefusalSchema), metadata={"description": "The refused rows of a batch."})


def _own_properties(self: Any, field: fields.Field[Any], **kw: Any) -> dict[str, Any]:
    """The limits that our own fields check, as JSON Schema."""
    if isinstance(field, Words):
        found: dict[str, Any] = {"minLength": 1, "maxLength": field.longest}
        return found | ({"pattern": field.pattern.pattern} if field.pattern else {})
    if isinstance(field, Whole):
        return {"minimum": field.least, "maximum": field.most}
    if isinstance(field, Lines):
        return {"maxItems": field.most}
    if isinstance(field, Money):
        return {"pattern": MONEY}
    return {}


def _teach(plugin: Any) -> None:
    plugin.converter.add_attribute_function(_own_properties)
    plugin.map_to_openapi_type(Day, "string", "date")
    plugin.map_to_openapi_type(Money, "string", None)
    plugin.map_to_openapi_type(When, "string", None)


def describe_fields(api: Any) -> None:
    """Teach the application's document what our own fields allow."""
    _teach(api.ma_plugin)


def describe_responses(spec: APISpec) -> None:
    """Offer a problem-details response for every HTTP status, and one for any refusal."""
    shown = {"application/problem+json": {"schema": ProblemSchema}}
    for status in http.HTTPStatus:
        spec.components.response(status.name, {"description": status.phrase, "content": shown}, lazy=True)
    spec.components.response("DEFAULT_ERROR", {"description": "A refusal", "content": shown}, lazy=True)


@cache
def _converter() -> Any:
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: "")
    APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
    _teach(plugin)
    return plugin.converter


@cache
def details_schema(row: EventType) -> dict[str, Any]:
    """JSON Schema of the details of an event, self-contained."""
    found: dict[str, Any] = _converter().schema2jsonschema(row.schema())
    if row.opens and "tag" in found["properties"]:
        # A record that opens without a tag is given one.
        found["required"] = [name for name in found.get("required", []) if name != "tag"]
        if not found["required"]:
            del found["required"]
    return found | {"additionalProperties": False}


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of *app*, with every kind of event as an alternative of its own."""
    kept = app.extensions.setdefault("inventory-api-document", {})
    if not kept:
        api = app.extensions["inventory-api"][0]
        # The document under construction stays as it is: two first requests at once each make theirs from it.
        found = deepcopy(api.spec.to_dict())
        shapes = found["components"]["schemas"]
        for (kind, *_), name in api.ma_plugin.converter.refs.items():
            if name in shapes and (about := vars(kind).get("__doc__")):
                shapes[name]["description"] = " ".join(about.split())
        for name, opening in (("EventInput", False), ("BatchEventInput", False), ("OpeningInput", True)):
            if name in shapes:
                shapes[name] = _by_kind(shapes[name], opening)
        kept.update(found)
    return dict(kept)


def _by_kind(shape: dict[str, Any], opening: bool) -> dict[str, Any]:
    """*shape* once for every kind of event, each with its own details."""
    variants = []
    about = {"description": shape.pop("description")}
    for row in EVENT_TYPES.values():
        if row.key == CORRECTION or (opening and not row.opens):
            continue
        details = details_schema(row)
        needed = [*shape.get("required", []), *(["details"] if details.get("required") else [])]
        properties = shape["properties"] | {"event": {"const": row.key}, "details": details}
        variants.append(shape | {"title": row.key, "properties": properties, "required": needed})
    return about | {"oneOf": variants}
