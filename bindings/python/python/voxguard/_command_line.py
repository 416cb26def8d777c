"""The program ``voxguard``, as the wheel installs it: the same as ``cargo install --path cli`` gives."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command that the program was started with; gives its exit status."""
    # Python's own handler would wait until the command is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
