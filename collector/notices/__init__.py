"""Notice channels. The folder is the registry: the file ``slack.py`` is the kind ``slack``."""
