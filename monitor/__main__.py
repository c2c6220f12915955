"""`python -P -m monitor`: the same as the command `bedwatch`."""

import sys

from monitor.cli import main

if __name__ == "__main__":
    sys.exit(main())
