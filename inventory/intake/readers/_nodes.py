"""The tree that lshw prints, JSON or XML, as nodes."""

from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree

from inventory.reading.plain import objects, text

Node = dict[str, Any]
_MOST_NODES: Final = 50_000


def from_xml(element: ElementTree.Element) -> Node:
    """A ``<node>`` as the object that ``lshw -json`` prints for it."""
    node: Node = {key: value for key, value in element.attrib.items() if key in ("id", "class", "handle")}
    children = []
    for child in element:
        if child.tag == "node":
            children.append(from_xml(child))
        elif child.tag == "configuration":
            node["configuration"] = {each.get("id"): each.get("value") for each in child if each.get("id")}
        elif child.tag == "capabilities":
            node["capabilities"] = {each.get("id"): each.text or True for each in child if each.get("id")}
        elif child.tag in node and child.tag == "logicalname":
            node["logicalname"] = [node["logicalname"], child.text]
        else:
            node[child.tag] = child.text
    node["children"] = children
    return node


def is_system(node: Any) -> bool:
    """Whether *node* is the root that lshw prints for a whole machine."""
    return isinstance(node, dict) and node.get("class") == "system" and "id" in node


def nodes_of(root: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with the nodes it stands in, the nearest last; in the order printed."""
    pending: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    count = 0
    while pending and count < _MOST_NODES:
        node, above = pending.pop()
        count += 1
        yield node, above
        inside = (*above[-40:], node)
        pending += [(child, inside) for child in reversed(list(objects(node.get("children"))))]


def object_of(node: Node, key: str) -> dict[str, Any]:
    value = node.get(key)
    return value if isinstance(value, dict) else {}


def named(node: Node, name: str) -> bool:
    return (text(node.get("id")) or "").partition(":")[0] == name
