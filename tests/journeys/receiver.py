"""A ticket desk for the journeys: a real HTTP receiver that keeps what it was told and when."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """One request as it came in: the wall clock in milliseconds, the ``webhook-id`` header and the body."""

    at: int
    id: str
    body: dict[str, Any]


class Receiver:
    """Listens on the given socket and answers every ticket with a reference of its own, after ``pause_s`` seconds."""

    def __init__(self, listener: socket.socket, pause_s: float = 0.0) -> None:
        self.deliveries: list[Delivery] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.deliveries.append(Delivery(time.time_ns() // 1_000_000, self.headers["webhook-id"], body))
                time.sleep(pause_s)
                answer = json.dumps({"ticket_id": f"DESK-{len(receiver.deliveries)}"}).encode()
                # Whoever told it may be gone by now: killed, as journeys do.
                with contextlib.suppress(ConnectionError):
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Keep the test's output clean."""

        self.port: int = listener.getsockname()[1]
        self._server = ThreadingHTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def told(self, event: str) -> list[Delivery]:
        """The deliveries of one event (``opened``, ``resolved`` …), oldest first."""
        return [delivery for delivery in list(self.deliveries) if delivery.body["event"] == event]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def wait_for(
    what: str, condition: Callable[[], bool], seconds: float, seen: Callable[[], object] = lambda: "nothing to show"
) -> None:
    """Wait until ``condition`` holds. AssertionError naming ``what``, and what was ``seen``, after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}; last seen: {seen()}")
        time.sleep(0.05)
