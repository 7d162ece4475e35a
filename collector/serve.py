"""Listening: the house behind its doors, on the local socket and, for a running collector, on TCP.

On the local socket the file's mode says who may ask. On TCP beyond loopback only HTTPS is spoken.
"""

import asyncio
import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from collector.api import build
from collector.app import House
from collector.local_socket import SOCKET, listen
from collector.tls import Pair
from rules.errors import Invalid, Unavailable

LINGER_S = 3
"""How long open connections (long polls, live pages) get to end when the collector stops."""

KEEP_ALIVE_S = 90
"""Agents send every few seconds and wait half a minute for their plan; their connections are worth keeping."""

_BACKLOG = 2048


class _Server(uvicorn.Server):
    """A server that leaves signals to the one who runs it, since two share one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_forever(house: House) -> None:
    """Serve on the local socket and on TCP until SIGINT or SIGTERM. Raises when the address cannot be had."""
    settings = house.settings

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await _serve(house, tcp_socket(settings.listen, settings.port), lambda: None, stop)

    asyncio.run(main())


@contextlib.contextmanager
def serving(house: House) -> Iterator[None]:
    """Serve on the local socket alone, in a thread, while the block runs."""
    started = threading.Event()
    trouble: list[BaseException] = []
    stops: list[Callable[[], object]] = []

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        await _serve(house, None, started.set, stop)

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            trouble.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="doors")
    thread.start()
    started.wait()
    try:
        if trouble:
            raise trouble[0]
        yield
    finally:
        if thread.is_alive():
            stops[0]()
        thread.join()


async def _serve(house: House, tcp: socket.socket | None, ready: Callable[[], None], stop: asyncio.Event) -> None:
    servers = [(_server(build(house, local=True)), listen(house.settings.data))]
    if tcp is not None:
        place = house.registry.place
        pair = place.certificate(house.clock.now()) if place.secure else None
        servers.append((_server(build(house), pair), tcp))
    running = [asyncio.create_task(server.serve(sockets=[listener])) for server, listener in servers]
    while not all(server.started for server, _ in servers):
        await asyncio.sleep(0.01)
        for task in running:
            if task.done():
                task.result()
    ready()
    await stop.wait()
    # Live pages and long polls would hold their connections for ever: end what they wait for.
    house.events.close()
    house.plans.close()
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*running)
    (house.settings.data / SOCKET).unlink(missing_ok=True)


def _server(app: object, pair: Pair | None = None) -> _Server:
    return _Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]  # uvicorn's own name for an ASGI application is private
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=LINGER_S,
            ssl_certfile=pair.certificate if pair else None,
            ssl_keyfile=pair.key if pair else None,
        )
    )


def tcp_socket(address: str, port: int) -> socket.socket:
    """The listening TCP socket. Raises Unavailable when the port is taken, Invalid when the address is not ours."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as trouble:
        listener.close()
        if trouble.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"Port {port} on {address} is taken by another program; choose one with --port."
            ) from None
        if trouble.errno == errno.EACCES:
            raise Invalid(f"This user may not listen on port {port}; choose one above 1023 with --port.") from None
        raise Invalid(f"Nineward cannot listen on {address}: {trouble.strerror}.") from trouble
    listener.listen(_BACKLOG)
    return listener
