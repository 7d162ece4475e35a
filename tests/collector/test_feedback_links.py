"""Links for those who asked: the same each time, and of no use for another incident or house."""

from pathlib import Path

import pytest

from collector.feedback_links import FeedbackLinks
from rules.errors import Missing


def links(folder: Path, key: str = "key") -> FeedbackLinks:
    return FeedbackLinks(folder / key, "https://watch.example")


def test_a_link_is_the_same_each_time_and_names_its_incident(tmp_path: Path) -> None:
    link = links(tmp_path).of("i_k3v5")

    assert link == links(tmp_path).of("i_k3v5")
    assert link.startswith("https://watch.example/feedback/")
    assert links(tmp_path).incident(link.rpartition("/")[2]) == "i_k3v5"


def test_each_incident_has_a_link_of_its_own(tmp_path: Path) -> None:
    assert links(tmp_path).token("i_one") != links(tmp_path).token("i_two")


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_changed_link_is_not_ours(tmp_path: Path, place: int) -> None:
    token = list(links(tmp_path).token("i_k3v5"))
    token[place] = "A" if token[place] != "A" else "B"

    with pytest.raises(Missing):
        links(tmp_path).incident("".join(token))


@pytest.mark.parametrize("token", ["", "AAAA", "no!", "ü", "A" * 22])
def test_what_is_no_link_is_not_ours(tmp_path: Path, token: str) -> None:
    with pytest.raises(Missing):
        links(tmp_path).incident(token)


def test_another_house_made_another_link(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        links(tmp_path, "other").incident(links(tmp_path).token("i_k3v5"))
