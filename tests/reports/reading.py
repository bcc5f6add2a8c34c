"""Files that reports are saved as, read back by other programs than those that wrote them."""

from io import BytesIO
from typing import Any

import pypdfium2
from python_calamine import CalamineWorkbook


def sheet(content: bytes, name: str) -> list[list[Any]]:
    """Rows of a sheet: numbers, days and text as they are typed in it."""
    found: list[list[Any]] = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name).to_python()
    return found


def sheets(content: bytes) -> list[str]:
    """Names of the sheets."""
    found: list[str] = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    return found


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF."""
    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            found.append(text.get_text_range())
            text.close()
            page.close()
        return found
    finally:
        document.close()
