"""The doors for programs and people: ``build`` makes the one ASGI application of a house.

The folder is the registry: every module here that names ``handlers`` has them mounted under /api/v1, and its
``root_handlers`` at /. In front stands a dispatcher that gives batches to their bare door, because they come thousands
of times as often as everything else.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State as AppState
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send

from collector.api import guards, problems
from collector.api.batches import BatchesDoor
from collector.app import House
from collector.web import site

PREFIX = "/api/v1"
_BATCHES = f"{PREFIX}/batches"


def build(house: House, local: bool = False) -> ASGIApp:
    """The application. With ``local`` everybody who can reach it is the administrator they are on this machine."""

    def the_house() -> House:
        return house

    pages: list[ControllerRouterHandler] = list(site.handlers)
    application = Litestar(
        route_handlers=[
            Router(PREFIX, route_handlers=_found("handlers"), before_request=problems.examine_body),
            *_found("root_handlers"),
            *pages,
        ],
        dependencies={
            "house": Provide(the_house, sync_to_thread=False),
            "principal": Provide(guards.principal, sync_to_thread=False),
            "optional_principal": Provide(guards.optional_principal, sync_to_thread=False),
        },
        exception_handlers=problems.HANDLERS,
        openapi_config=OpenAPIConfig(
            title="Nineward",
            version="1",
            description="Availability of servers, switches and hosts: targets, checks, figures, incidents, reports.",
            # The document itself is served by api/document.py: Litestar's own router would answer for all of /api/v1.
            path=f"{PREFIX}/openapi",
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=house.settings.body_limit,
        state=AppState({"house": house, "local": local}),
        logging_config=None,
    )
    return _Dispatcher(application, BatchesDoor(house.intake, house.access.identify, house.clock.now))


class _Dispatcher:
    def __init__(self, application: ASGIApp, batches: Callable[[Any, Any, Any], Any]) -> None:
        self._application = application
        self._batches = batches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"] == _BATCHES:
            await self._batches(scope, receive, send)
        else:
            await self._application(scope, receive, send)


def _found(attribute: str) -> list[ControllerRouterHandler]:
    return [handler for module in _modules() for handler in getattr(module, attribute, ())]


def _modules() -> Iterator[Any]:
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        yield importlib.import_module(f"{__name__}.{info.name}")
