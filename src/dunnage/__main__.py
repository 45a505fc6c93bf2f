"""`python -m dunnage`: the same as the command `dunnage`."""

import sys

from dunnage.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
