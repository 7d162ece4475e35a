"""What every handler may ask for by name: ``house: House``, ``principal: Principal``, ``optional_principal``.

These are the types of the same names, marked as given by the application (``build``) and not sent by the asker.
"""

from litestar.di import NamedDependency

from collector import access, app

House = NamedDependency[app.House]
"""The rooms of this collector."""

Principal = NamedDependency[access.Principal]
"""Who asks; asking for it refuses those who do not say (401)."""

OptionalPrincipal = NamedDependency[access.Principal | None]
"""Who asks, or None."""
