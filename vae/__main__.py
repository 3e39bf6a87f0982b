"""The command line: python -m vae list | data | train | evaluate | embed | reader | import | push | pull."""

import sys

from vae.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
