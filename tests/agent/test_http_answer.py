"""Reading answers from bytes, right ones and wrong ones."""

import asyncio

import pytest

from agent.http_answer import Garbled, Head, parse_head, read_body, read_head


def read(content: bytes, method: str = "GET", cap: int = 1000) -> tuple[Head, bytes]:
    async def run() -> tuple[Head, bytes]:
        reader = asyncio.StreamReader(limit=65536)
        reader.feed_data(content)
        reader.feed_eof()
        head = await read_head(reader)
        return head, await read_body(reader, head, method, cap)

    return asyncio.run(run())


def test_a_head_is_read_with_names_in_lower_case_and_repeats_joined() -> None:
    head = parse_head(b"HTTP/1.1 200 Very OK\r\nA-B: 1\r\na-b:2\r\n\r\n")

    assert head == Head(200, "Very OK", {"a-b": "1, 2"})


def test_a_reason_may_be_missing() -> None:
    assert parse_head(b"HTTP/1.0 404\r\n\r\n").status == 404


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"]
)
def test_what_is_no_head_is_refused(head: bytes) -> None:
    with pytest.raises(Garbled):
        parse_head(head)


def test_interim_answers_are_passed_over() -> None:
    assert read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Done\r\n\r\n")[0].status == 204


def test_a_body_of_chunks_is_put_together() -> None:
    chunks = b"5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"

    assert read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)[1] == b"hello world"


def test_a_body_without_length_ends_with_the_connection() -> None:
    assert read(b"HTTP/1.1 200 OK\r\n\r\neverything")[1] == b"everything"


@pytest.mark.parametrize("how", [b"Content-Length: 26\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n1a\r\n", b"\r\n"])
def test_a_body_is_cut_at_the_cap(how: bytes) -> None:
    assert read(b"HTTP/1.1 200 OK\r\n" + how + b"abcdefghijklmnopqrstuvwxyz", cap=10)[1] == b"abcdefghij"


def test_an_answer_to_head_has_no_body() -> None:
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n", method="HEAD")[1] == b""


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Enc",
        b"HTTP/1.1 200 " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    ],
)
def test_a_broken_answer_is_refused(content: bytes) -> None:
    with pytest.raises(Garbled):
        read(content)
