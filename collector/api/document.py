"""/openapi.json: what this API takes and gives, for programs."""

from typing import Any

from litestar import Request, get


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The OpenAPI document (3.1) of the whole API, made from the doors themselves."""
    return request.app.openapi_schema.to_schema()


handlers = [document]
