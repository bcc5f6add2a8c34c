"""What commands share: refusals as sentences on the error stream, and whose account is meant."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from inventory.errors import BatchRefused, InventoryError

P = ParamSpec("P")
R = TypeVar("R")


def sentences(run: Callable[P, R]) -> Callable[P, R]:
    """Tell a refusal in a sentence, with exit code 1, instead of a traceback."""

    @wraps(run)
    def told(*args: P.args, **kw: P.kwargs) -> R:
        try:
            return run(*args, **kw)
        except BatchRefused as error:
            for row, refusal in error.refusals[:20]:
                click.echo(f"  {row}: {refusal.message}", err=True)
            raise click.ClickException(error.message) from None
        except InventoryError as error:
            raise click.ClickException(error.message) from None

    return told
