"""Lists in pages: the items, and a cursor that asks for what follows."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from litestar.params import Parameter

from rules.errors import Invalid

T = TypeVar("T")
MOST = 1000

Limit = Annotated[int, Parameter(ge=1, le=MOST, description="how many items at most")]
Cursor = Annotated[str | None, Parameter(description="`next` of the page before")]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the cursor for those that follow; None at the end."""

    items: Sequence[T]
    next: str | None = None


def page(items: Sequence[T], key: Callable[[T], str], cursor: str | None, limit: int) -> Page[T]:
    """The items that follow ``cursor``, in the order of ``key``, which must be unique.

    An item that comes or goes between two pages is seen or not; no other is skipped or repeated.
    """
    after = _read(cursor)
    rest = sorted((item for item in items if after is None or key(item) > after), key=key)
    taken = rest[:limit]
    following = _write(key(taken[-1])) if len(rest) > limit else None
    return Page(taken, following)


def by_number(number: int) -> str:
    """A number as a key that sorts like the number."""
    return f"{number:020d}"


def _read(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii") + b"==").decode("utf-8")
    except ValueError:
        raise Invalid("This cursor is not one that a page of this list gave.") from None


def _write(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode("ascii")
