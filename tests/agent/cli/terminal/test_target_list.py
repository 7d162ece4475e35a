"""Which targets a person means."""

import asyncio
from pathlib import Path

import pytest

from agent.cli.terminal.target_list import MOST, Aim, Listing, meant, read
from rules.errors import Invalid


def addresses(*words: str, family: str = "any") -> list[str]:
    """The addresses behind the words."""
    found = asyncio.run(meant([Listing(words)], family)).aims
    return [aim.address for aim in found]


def listed(tmp_path: Path, content: bytes) -> list[str]:
    path = tmp_path / "hosts"
    path.write_bytes(content)
    (listing,) = read([], [str(path)])
    return list(listing.words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"192.0.2.1\n192.0.2.2", ["192.0.2.1", "192.0.2.2"]),
        (b"\xef\xbb\xbf192.0.2.1\r\n192.0.2.2\r\n", ["192.0.2.1", "192.0.2.2"]),
        ("192.0.2.1\nweb\n".encode("utf-16"), ["192.0.2.1", "web"]),
        (b"# all of rack 3\n\n  192.0.2.1   web.example # the old one\n#192.0.2.2\n", ["192.0.2.1"]),
        (b"192.0.2.1#web", ["192.0.2.1"]),
        (b"192.0.2.1\n#192.0.2.2\n", ["192.0.2.1"]),
        ("机房-1 # 旧\n".encode(), ["机房-1"]),
    ],
)
def test_a_file_has_a_target_on_each_line(tmp_path: Path, content: bytes, words: list[str]) -> None:
    assert listed(tmp_path, content) == words


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names no target"),
        (b"\n  # nothing\n", "names no target"),
        (b"192.0.2.1\n\xff\xfe\xfd", "no text in UTF-8 (byte 11)"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as trouble:
        listed(tmp_path, content)

    assert said in str(trouble.value)
    assert str(tmp_path / "hosts") in str(trouble.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        read([], [str(tmp_path)])


@pytest.mark.parametrize("content", ["web\n192.0.2.1", "\n\nweb\n\n192.0.2.1 # second"])
def test_a_word_of_a_file_is_known_by_its_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "hosts").write_text(content, encoding="utf-8")
    (listing,) = read([], [str(tmp_path / "hosts")])

    assert list(listing.lines) == [content.count("\n", 0, content.index(word)) + 1 for word in listing.words]


def test_words_blocks_and_ranges_keep_their_order_and_each_target_is_there_once() -> None:
    words = ("192.0.2.9", "192.0.2.0/30", "2001:db8::1", "192.0.2.2-3", "192.0.2.9")

    assert addresses(*words) == ["192.0.2.9", "192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.3"]


def test_what_was_given_more_than_once_is_counted() -> None:
    found = asyncio.run(meant([Listing(("192.0.2.1", "192.0.2.1", "192.0.2.0/30"))]))

    assert found.again == 2


def test_a_name_stands_for_its_address() -> None:
    found, *_ = asyncio.run(meant([Listing(("localhost",))], "ipv4"))

    assert [(aim.name, aim.address) for aim in found] == [("localhost", "127.0.0.1")]


def test_a_name_without_address_is_a_target_with_trouble() -> None:
    found, *_ = asyncio.run(meant([Listing(("192.0.2.1", "no-such-name.invalid"))]))

    assert isinstance(found[1], Aim)
    assert found[1].destination is None
    assert "no-such-name.invalid does not resolve" in found[1].trouble


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    listings = [Listing(("192.0.2.0/40", "192.0.2.999"), "hosts", (3, 7)), Listing(("192.0.2.1",))]

    with pytest.raises(Invalid) as trouble:
        asyncio.run(meant(listings))

    assert [mistake.partition("'")[0] for mistake in trouble.value.mistakes] == ["hosts line 3: ", "hosts line 7: "]


def test_a_long_list_of_mistakes_is_cut_and_says_so() -> None:
    with pytest.raises(Invalid) as trouble:
        asyncio.run(meant([Listing([f"192.0.2.{at}" for at in range(256, 300)])]))

    assert trouble.value.mistakes[-1] == "and 24 more"


def test_more_targets_than_the_limit_are_refused() -> None:
    blocks = [Listing([f"10.{at}.0.0/16" for at in range(5)])]

    with pytest.raises(Invalid, match=f"{MOST:,} targets"):
        asyncio.run(meant(blocks))


@pytest.mark.parametrize(("word", "family"), [("192.0.2.1", "ipv6"), ("192.0.2.0/30", "ipv6"), ("2001:db8::1", "ipv4")])
def test_an_address_of_the_other_family_is_refused(word: str, family: str) -> None:
    with pytest.raises(Invalid, match="no other was asked for"):
        addresses(word, family=family)
