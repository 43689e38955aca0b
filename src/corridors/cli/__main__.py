"""`python -m corridors.cli`."""

import sys

from corridors.cli import main

if __name__ == "__main__":
    sys.exit(main())
