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
        """Say that *done* of *total* are through."""
        now = time.monotonic()
        pause = 0.2 if self._live else 10.0
        if now - self._last < pause and done < total:
            return
        if done >= total and not self._shown:
            return
        self._last = now
        self._shown = True
        share = f" ({100 * done // total} %)" if total else ""
        start = "\r" if self._live else ""
        click.echo(f"{start}  {done:,} of {total:,} {self._noun}{share}", nl=not self._live, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._shown:
            click.echo("", err=True)
