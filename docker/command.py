#!/opt/python/bin/python -P
"""The image's command ``autograder``."""

import sys

from autograder.cli import main

sys.exit(main())
