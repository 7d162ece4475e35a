"""Texts to documents of Jira and back."""

from typing import Any

import pytest

from collector.jira.documents import document, plain


@pytest.mark.parametrize(
    "text", ["one line", "two\nlines", "a block\n\nanother\nof two lines", "杭州\n\n[nineward i.1]"]
)
def test_what_is_written_is_read_again(text: str) -> None:
    assert plain(document(text)).replace("\n\n", "\n") == text.replace("\n\n", "\n")


@pytest.mark.parametrize("text", ["", "\n\n\n", "a\n\n\n\nb", "\na\n"])
def test_no_node_is_an_empty_text(text: str) -> None:
    nodes = [node for block in document(text)["content"] for node in block["content"]]

    assert [node for node in nodes if node.get("text") == ""] == []


def test_what_people_format_is_read_as_lines() -> None:
    mention = {"type": "mention", "attrs": {"id": "5b10", "text": "@bob"}}
    item = {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "a fan"}]}]}
    found: dict[str, Any] = {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "ask "}, mention]},
            {"type": "bulletList", "content": [item]},
        ],
    }

    assert plain(found).split() == ["ask", "@bob", "a", "fan"]
    assert plain(found).startswith("ask @bob\n")


@pytest.mark.parametrize(
    "found", [None, 3, [], {"content": None}, {"type": "mention"}, {"content": [None, {"content": 3}]}]
)
def test_something_else_is_no_text(found: object) -> None:
    assert plain(found) == ""
