"""``python -m mtlint`` is the command ``mtlint``."""

import sys

from ._command import main

sys.exit(main())
