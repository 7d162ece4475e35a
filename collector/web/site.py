"""The pages put together: every handler, the viewer they are made for, and how trouble looks to a person."""

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from collector.web.pages import (
    agents,
    complaints,
    desk,
    entrance,
    follow_up,
    incidents,
    objectives,
    overlays,
    overview,
    reports,
    services,
    target,
)
from collector.web.rendering import STATIC
from rules.errors import NinewardError

_handlers: list[HTTPRouteHandler] = [
    *entrance.handlers,
    *overview.handlers,
    *target.handlers,
    *incidents.handlers,
    *follow_up.handlers,
    *complaints.handlers,
    *services.handlers,
    *overlays.handlers,
    *objectives.handlers,
    *reports.handlers,
    *agents.handlers,
]

handlers: list[ControllerRouterHandler] = [
    Router(
        "/",
        route_handlers=_handlers,
        dependencies={"viewer": Provide(desk.viewer, sync_to_thread=True)},
        exception_handlers={NinewardError: desk.show_trouble, HTTPException: desk.show_refusal},
        include_in_schema=False,
    ),
    create_static_files_router(
        "/static",
        directories=[STATIC],
        # The address of a file changes with its content, so it may be kept for good.
        cache_control=CacheControlHeader(public=True, immutable=True, max_age=31_536_000),
        include_in_schema=False,
    ),
]
