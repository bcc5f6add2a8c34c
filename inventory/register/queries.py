"""Reads of the register, under one roof: what a text stands for, lists, choices for forms."""

from inventory.register.departments import subtree, tree
from inventory.register.filtering import AssetFilter
from inventory.register.listing import (
    SORTS,
    AssetPage,
    count_matching,
    list_assets,
    matching_rows,
    matching_tags,
)
from inventory.register.naming import find_named, names_of, search_named
from inventory.register.resolving import Resolution, resolve, resolve_many, resolve_one
from inventory.register.rows import AssetRow, rows_of

__all__ = [
    "SORTS",
    "AssetFilter",
    "AssetPage",
    "AssetRow",
    "Resolution",
    "count_matching",
    "find_named",
    "list_assets",
    "matching_rows",
    "matching_tags",
    "names_of",
    "resolve",
    "resolve_many",
    "resolve_one",
    "rows_of",
    "search_named",
    "subtree",
    "tree",
]
