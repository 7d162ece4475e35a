"""Texts as Jira's API 3 wants them: Atlassian Document Format (developer.atlassian.com, "Document structure"). Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

_BLOCKS = frozenset({"paragraph", "heading", "codeBlock", "blockquote", "listItem", "rule", "tableRow", "panel"})


def document(text: str) -> dict[str, Any]:
    """A plain text: a paragraph for each block between empty lines, line breaks kept."""
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    return {"version": 1, "type": "doc", "content": [_paragraph(block) for block in blocks if block.strip()]}


def plain(found: Any) -> str:
    """The text of a document; a text as API 2 tells it stays as it is, anything else is empty."""
    if isinstance(found, str):
        return found
    if not isinstance(found, Mapping):
        return ""
    lines = "".join(_texts(found)).splitlines()
    return "\n".join(lines).strip()


def _paragraph(block: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in block.split("\n"):
        if content:
            content.append({"type": "hardBreak"})
        # A text node must not be empty.
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def _texts(node: Mapping[str, Any]) -> Iterator[str]:
    kind = node.get("type")
    if kind == "text":
        yield str(node.get("text", ""))
    elif kind == "hardBreak":
        yield "\n"
    elif kind in ("mention", "emoji", "status", "date"):
        about = node.get("attrs")
        yield str(about.get("text", "")) if isinstance(about, Mapping) else ""
    content = node.get("content")
    for inner in content if isinstance(content, list) else ():
        if isinstance(inner, Mapping):
            yield from _texts(inner)
    if kind in _BLOCKS:
        yield "\n"
