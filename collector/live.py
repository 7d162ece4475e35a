"""The live table: the newest state of every (check, agent), in columns."""

from pathlib import Path


class Live:
    """Made empty; ``Fold.start`` loads the checkpoint at ``path`` and replays what came after."""

    def __init__(self, path: Path) -> None:
        raise NotImplementedError
