"""/place, /ca.pem, /agent, /healthz: where the collector is, how an agent comes to a machine, whether all is well."""

from dataclasses import dataclass
from pathlib import Path

from litestar import MediaType, Response, get
from litestar.response import File

from collector.api.given import House, Principal
from collector.installer import script
from rules.errors import Missing


@dataclass(frozen=True, slots=True)
class PlaceView:
    """The address of pages, API and agents, and the fingerprint of the authority that agents pin.

    ``tz`` and ``language`` are what the installation sets for whoever names none.
    """

    url: str
    fingerprint: str
    tz: str
    language: str


@get("/place", tags=("place",), sync_to_thread=True)
def place(house: House, principal: Principal) -> PlaceView:
    """Where this collector is found by others."""
    here = house.registry.place
    settings = house.settings
    return PlaceView(here.url, here.fingerprint(house.clock.now()), settings.tz, settings.language)


@get("/ca.pem", tags=("place",), sync_to_thread=True)
def authority(house: House) -> Response[bytes]:
    """The certificate of the collector's authority. Public: an agent checks it by its join token's fingerprint."""
    return Response(house.registry.place.authority_pem(house.clock.now()), media_type="application/x-pem-file")


@get("/agent/install.sh", include_in_schema=False, sync_to_thread=True)
def install(house: House) -> Response[str]:
    """The script behind the pasted line: installs the agent from this collector's wheels and joins it."""
    here = house.registry.place
    pin = here.pin(house.clock.now()) if here.url.startswith("https://") else ""
    return Response(script(here.url, pin), media_type="text/x-shellscript")


@get("/agent/wheels", include_in_schema=False, sync_to_thread=True)
def wheels(house: House) -> Response[str]:
    """The names of the wheels, one a line."""
    names = sorted(path.name for path in house.settings.wheel_folder.glob("*.whl"))
    if not names:
        raise Missing("This collector has no wheels to install agents from. Put them into its folder `wheels`.")
    return Response("".join(f"{name}\n" for name in names), media_type=MediaType.TEXT)


@get("/agent/wheels/{name:str}", include_in_schema=False, sync_to_thread=True)
def wheel(house: House, name: str) -> File:
    """One wheel."""
    path = house.settings.wheel_folder / name
    if Path(name).name != name or path.suffix != ".whl" or not path.is_file():
        raise Missing(f"There is no wheel {name!r}.")
    return File(path, filename=name, media_type="application/octet-stream")


@get("/healthz", include_in_schema=False, sync_to_thread=False)
def health() -> dict[str, str]:
    """That the collector answers."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False, sync_to_thread=True)
def ready(house: House) -> Response[dict[str, str]]:
    """Whether the state has caught up with the log: then what the pages show is what was reported."""
    if house.fold.caught_up():
        return Response({"status": "ready"})
    return Response({"status": "catching up"}, status_code=503)


handlers = [place, authority]
root_handlers = [install, wheels, wheel, health, ready]
