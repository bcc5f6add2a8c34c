"""One class per kind of refusal: a sentence for a person, and the HTTP status an edge answers with."""

from typing import Any


class InventoryError(Exception):
    """Base of every refusal. ``message`` may hold ``{name}`` fields, filled from *params*.

    ``field`` names the input that is wrong, ``row`` the 1-based row of a file or batch.
    """

    status = 400
    title = "The request was refused"

    def __init__(self, message: str, *, field: str | None = None, row: int | None = None, **params: Any) -> None:
        self.message_id = message
        self.params = params
        self.message = message.format(**params) if params else message
        self.field = field
        self.row = row
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        """The refusal as data, for problem details, JSON lines and batch results."""
        shown: dict[str, Any] = {"title": self.title, "detail": self.message, "status": self.status}
        if self.field is not None:
            shown["field"] = self.field
        if self.row is not None:
            shown["row"] = self.row
        return shown


class ValidationRefused(InventoryError):
    """The input does not have the shape that was asked for."""

    status = 422
    title = "The input is not valid"


class NotFound(InventoryError):
    """What was named does not exist, or not for this person."""

    status = 404
    title = "Not found"


class Ambiguous(InventoryError):
    """More than one thing answers to the name; ``candidates`` lists their tags."""

    status = 409
    title = "More than one machine answers to this"

    def __init__(self, message: str, *, candidates: list[str], **kw: Any) -> None:
        super().__init__(message, **kw)
        self.candidates = candidates

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"candidates": self.candidates}


class NotAllowed(InventoryError):
    """The person is known, and may not do this."""

    status = 403
    title = "Not allowed"


class SignInNeeded(InventoryError):
    """Nobody is signed in, or the token is not valid."""

    status = 401
    title = "Sign in first"


class RuleRefused(InventoryError):
    """The lifecycle does not allow this event now; ``present_status`` says where the machine stands."""

    status = 409
    title = "The lifecycle does not allow this"

    def __init__(self, message: str, *, present_status: str | None = None, **kw: Any) -> None:
        super().__init__(message, **kw)
        self.present_status = present_status

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"present_status": self.present_status}


class GuardRefused(RuleRefused):
    """A guard (clean drives, say) stands in the way."""

    title = "A safeguard stands in the way"


class KeyConflict(InventoryError):
    """The same client key came again with other content."""

    status = 409
    title = "This key was already used for something else"


class GuardMissing(InventoryError):
    """An event names a guard that nobody provides; the gate stays shut."""

    status = 500
    title = "A safeguard is not installed"


class BatchRefused(InventoryError):
    """An all-or-none batch was refused; ``refusals`` holds (1-based row, refusal)."""

    status = 409
    title = "The batch was refused, nothing was recorded"

    def __init__(self, message: str, *, refusals: list[tuple[int, InventoryError]], **kw: Any) -> None:
        super().__init__(message, **kw)
        self.refusals = refusals

    def as_dict(self) -> dict[str, Any]:
        rows = [refusal.as_dict() | {"row": row} for row, refusal in self.refusals]
        return super().as_dict() | {"refusals": rows}
