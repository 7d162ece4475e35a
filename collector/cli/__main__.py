"""``python -m collector.cli``: the same program as ``nineward``."""

import sys

from collector.cli import main

sys.exit(main())
