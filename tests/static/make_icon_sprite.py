"""Writes static/icons.svg from icon_names.txt (Bootstrap Icons) and own_shapes.svg (statuses and outcomes).

Run by hand when an icon is added: ``python tests/static/make_icon_sprite.py PATH/TO/bootstrap-icons``.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
SPRITE = HERE.parents[1] / "static" / "icons.svg"


def bootstrap_symbol(package: Path, name: str) -> str:
    """The icon *name* of the unpacked *package* as a symbol with that id."""
    svg = (package / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    assert inner, name
    body = re.sub(r"\s*\n\s*", "", inner.group(1))
    return f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{body}</symbol>'


def main(package: Path) -> None:
    """Write the sprite."""
    names = (HERE / "icon_names.txt").read_text(encoding="utf-8").split()
    own = re.findall(r"<symbol .*</symbol>", (HERE / "own_shapes.svg").read_text(encoding="utf-8"))
    symbols = [bootstrap_symbol(package, name) for name in names] + own
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
