"""What a page may ask for by name: the house, who looks (``principal``), and the viewer it is made for."""

from litestar.di import NamedDependency

from collector.api.given import House, OptionalPrincipal, Principal
from collector.web import rendering

__all__ = ["House", "OptionalPrincipal", "Principal", "Viewer"]

Viewer = NamedDependency[rendering.Viewer]
"""For whom a page is made; asking for it refuses those who have not signed in."""
