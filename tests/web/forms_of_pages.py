"""The forms that pages really show: for each address they go to, the controls and what stands in them."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

PLAUSIBLE = {
    "tags": "M-1", "tag": "NEW-1", "name": "A name", "code": "NEW", "q": "M-1", "username": "new.one",
    "display_name": "New One", "password": "four unrelated words here", "old": "four unrelated words here",
    "again": "four unrelated words here", "label": "Station", "reason": "a reason", "correction_reason": "a slip",
    "location": "HUB", "department": "INF", "custodian": "ada", "partner": "remakery", "facility": "weee",
    "lessor": "lessor", "buyer": "buyer", "role": "viewer", "to": "HUB",
}  # fmt: skip
"""What a person might type where nothing stands."""


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.found: list[tuple[str, dict[str, str]]] = []
        self.form: dict[str, str] | None = None
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "get").lower() == "post":
            self.form = {}
            self.found.append((urlsplit(told.get("action") or self.here).path, self.form))
        if self.form is None:
            return
        name, value = told.get("name", ""), told.get("value", "")
        if tag in ("input", "button") and name and told.get("type") not in ("file", "submit"):
            if told.get("type") not in ("radio", "checkbox") or "checked" in told:
                self.form[name] = value or PLAUSIBLE.get(name.rpartition("-")[2], "")
        elif tag == "select" and name:
            self.select = name
        elif tag == "option" and self.select and ("selected" in told or not self.form.get(self.select)):
            self.form[self.select] = value
        elif tag == "textarea" and name:
            self.area = name
            self.form[name] = PLAUSIBLE.get(name, "")
        if tag == "button" and "formaction" in told:
            self.found.append((urlsplit(told["formaction"]).path, self.form))

    def handle_data(self, data: str) -> None:
        if self.area and self.form is not None and data.strip():
            self.form[self.area] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def forms_of(page: str, here: str) -> list[tuple[str, dict[str, str]]]:
    """(path, controls) of each form that a page posts; without the token that a session carries."""
    reader = _Reader(here)
    reader.feed(page)
    return [(path, {name: text for name, text in form.items() if name != "csrf_token"}) for path, form in reader.found]
