"""Which release this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The version of the installed package; "unknown" where it runs from files that nobody installed."""
    try:
        return version("nineward")
    except PackageNotFoundError:
        return "unknown"
