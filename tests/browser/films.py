"""Films of labels for Chromium's fake camera: JPEG pictures one after another in one file, played 30 a second, looped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from inventory.labels.payload import label_address
from inventory.printing.qr import encode, to_image

SIZE = (1280, 720)
FRAMES_PER_SECOND = 30
PUBLIC_URL = "https://inventory.example.ac.uk"
_FONT = Path(__file__).parents[2] / "inventory" / "printing" / "fonts" / "AtkinsonHyperlegibleMono_700Bold.ttf"
_DESK = (118, 112, 104)


@dataclass(frozen=True)
class Code:
    """One label: what it carries, as which code, and where its middle lies as shares of the frame."""

    text: str
    kind: str = "QR"
    at: tuple[float, float] = (0.5, 0.5)
    width: int = 300
    """Pixels across the code."""
    turned: float = 0
    """Degrees."""


def ours(tag: str, **place: object) -> Code:
    """A label of ours for *tag*."""
    return Code(label_address(PUBLIC_URL, tag), **place)  # type: ignore[arg-type]


def _symbol(code: Code) -> Image.Image:
    if code.kind == "QR":
        try:
            return to_image(encode(code.text), 6).convert("L")
        except ValueError:
            # Legacy addresses have small letters, which ours have not.
            pass
    form = {"QR": "QRCode"}.get(code.kind, code.kind)
    made = zxingcpp.create_barcode(code.text, getattr(zxingcpp.BarcodeFormat, form))
    view = memoryview(made.to_image(scale=4))
    rows, columns = view.shape[:2]  # type: ignore[misc]
    symbol = Image.frombytes("L", (columns, rows), view.tobytes())
    return (
        symbol.crop((0, 0, columns, min(rows, columns // 3)))
        if columns > 2 * rows or code.kind.startswith("Code")
        else symbol
    )


def label(code: Code) -> Image.Image:
    """The label as it is printed: the code on white with its words underneath."""
    symbol = _symbol(code)
    height = round(symbol.height * code.width / symbol.width)
    symbol = symbol.resize((code.width, height), Image.Resampling.LANCZOS)
    paper = Image.new("L", (code.width + 40, height + 70), 250)
    paper.paste(symbol, (20, 14))
    font = ImageFont.truetype(str(_FONT), 22)
    words = code.text.rsplit("/", 1)[-1]
    ImageDraw.Draw(paper).text((paper.width / 2, height + 42), words, fill=10, font=font, anchor="mm")
    return paper


def frame(codes: Sequence[Code] = (), size: tuple[int, int] = SIZE) -> Image.Image:
    """What the camera sees: labels on a desk."""
    seen = Image.new("RGB", size, _DESK)
    for code in codes:
        paper = label(code)
        mask = Image.new("L", paper.size, 255)
        if code.turned:
            paper = paper.rotate(code.turned, Image.Resampling.BICUBIC, expand=True)
            mask = mask.rotate(code.turned, Image.Resampling.BICUBIC, expand=True)
        corner = (round(code.at[0] * size[0] - paper.width / 2), round(code.at[1] * size[1] - paper.height / 2))
        seen.paste(paper.convert("RGB"), corner, mask)
    return seen


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, subsampling="4:2:0")
    return out.getvalue()


def film(path: Path, scenes: Iterable[tuple[Image.Image, float]]) -> Path:
    """Write *scenes* (a picture, and the seconds it is shown) as a film at *path*."""
    with path.open("wb") as out:
        for picture, seconds in scenes:
            out.write(_jpeg(picture) * max(1, round(seconds * FRAMES_PER_SECOND)))
    return path
