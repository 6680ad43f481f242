"""What a page asks of a browser: the hidden fields of a form, and the files that it loads."""

from html.parser import HTMLParser


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}  # by the action of their form
        self.parts: list[str] = []
        self._form = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in given}
        if tag == "form":
            self._form = said.get("action", "").partition("#")[0]
            self.fields.setdefault(self._form, {})
        elif tag == "input" and said.get("type") == "hidden" and self._form:
            self.fields[self._form].setdefault(said["name"], said.get("value", ""))
        elif tag in ("script", "img") and said.get("src"):
            self.parts.append(said["src"])
        elif tag == "link" and "stylesheet" in said.get("rel", "").split():
            self.parts.append(said["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""


def _read(page: str) -> _Page:
    read = _Page()
    read.feed(page)
    return read


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the forms that go to an address, by name. KeyError: none does."""
    return _read(page).fields[action]


def parts(page: str) -> list[str]:
    """Addresses of its stylesheets, scripts and pictures, each once, as they stand there."""
    return list(dict.fromkeys(_read(page).parts))
