"""Says, before the tests start, what this machine lacks and the one command that brings it."""

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Path of a Chromium: CHROMIUM, or the first that is installed."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def main() -> int:
    """0 when everything is there; installs Chromium where it may, else says how."""
    if chromium():
        return 0
    command = ["apt-get", "install", "-y", "-qq", "chromium", "fonts-dejavu-core"]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("The browser tests need Chromium; installing it.")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if chromium():
        return 0
    print(
        "The browser tests need Chromium, which is not installed.\n"
        "On Debian or Ubuntu:  sudo apt-get install chromium\n"
        "Elsewhere, install it and name it:  make test CHROMIUM=/path/to/chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
