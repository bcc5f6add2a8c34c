"""One line on the error stream that says how far a long work has come."""

import sys
import time

import click


class Line:
    """Rewritten in place on a terminal; elsewhere (a log) a new line every ten seconds."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown = False

    def show(self, done: int, total: int) -> None:
        """Say that *done* of *total* are through; *total* 0: nobody knows how many there are."""
        now = time.monotonic()
        pause = 0.2 if self._live else 10.0
        last = 0 < total <= done
        # A work so quick that nothing was shown of it needs no last word either.
        if (last and not self._shown) or (not last and now - self._last < pause):
            return
        self._last = now
        self._shown = True
        start = "\r" if self._live else ""
        told = f"{done:,} of {total:,} {self._noun} ({100 * done // total} %)" if total else f"{done:,} {self._noun}"
        click.echo(f"{start}  {told}", nl=not self._live, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._shown:
            click.echo("", err=True)
