"""How often Python looks for garbage in circles, in a program that makes millions of small things and few circles."""

import gc

_YOUNG = 50_000
_MIDDLE, _OLD = 20, 50


def settle() -> None:
    """What is there by now stays and is looked through no more; what comes is looked through when much has come.

    Python's own pace, every 700 new containers, costs a tenth of the reading of tables, and finds nothing: what is read
    is freed by its last use.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
