"""A page read strictly: every element closed in its place, ids unique, labels on fields, nothing inline that runs."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Element:
    """One element with its attributes."""

    tag: str
    attributes: dict[str, str | None]
    parents: tuple[str, ...]


@dataclass
class Parsed(HTMLParser):
    """The elements of a page, its text, and every mistake found on the way."""

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    mistakes: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.mistakes += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        self.mistakes += [f"<{tag}> has inline {name}" for name in names if name.startswith("on") or name == "style"]
        self.elements.append(Element(tag, dict(attrs), tuple(self.open)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self.open[-1:]} at line {self.getpos()[0]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style") and data.strip():
            self.mistakes.append(f"inline <{self.open[-1]}>")
        self.text += data

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag, in order."""
        return [element for element in self.elements if element.tag == tag]


def parsed(html: str) -> Parsed:
    """Read a page whole."""
    found = Parsed()
    found.feed(html)
    found.close()
    found.mistakes += [f"<{tag}> is never closed" for tag in found.open]
    ids = [element.attributes["id"] for element in found.elements if "id" in element.attributes]
    found.mistakes += [f"the id {name} stands twice" for name in {name for name in ids if ids.count(name) > 1}]
    for element in found.all("input") + found.all("select") + found.all("textarea"):
        if element.attributes.get("type") != "hidden" and "label" not in element.parents:
            found.mistakes.append(f"<{element.tag} name={element.attributes.get('name')}> has no label")
    found.mistakes += [
        f"a data-live part without id: <{element.tag}>"
        for element in found.elements
        if "data-live" in element.attributes and not element.attributes.get("id")
    ]
    return found
