"""Which targets a fault cut off, in words and in other languages."""

import pytest

from collector.cut_off import cut_off
from collector.sentences import said
from collector.texts import translator


@pytest.mark.parametrize(
    ("names", "count", "english", "chinese"),
    [
        (["shop"], 1, "shop is cut off", "shop 因此不可达"),
        ([], 1, "1 target is cut off", "1 个对象因此不可达"),
        (["b", "a"], 2, "2 targets are cut off: a, b", "2 个对象因此不可达：a, b"),
        (["a"], 3, "3 targets are cut off: a, and 2 more", "3 个对象因此不可达：a，另有 2 个"),
        ([], 3, "3 targets are cut off", "3 个对象因此不可达"),
        (
            list("gfedcba"),
            7,
            "7 targets are cut off: a, b, c, d, e, and 2 more",
            "7 个对象因此不可达：a, b, c, d, e，另有 2 个",
        ),
    ],
)
def test_how_many_and_the_first_names_are_told(names: list[str], count: int, english: str, chinese: str) -> None:
    text = cut_off(names, count)

    assert text == english
    assert said(text, translator("zh-CN")) == chinese
