"""`python -m causerie`: the same as the command `causerie`."""

import sys

from causerie.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
