"""`python -m fieldapp` is the program itself."""

import sys

from fieldapp.cli.start import run

if __name__ == "__main__":
    sys.exit(run())
