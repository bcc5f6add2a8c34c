"""Short texts that a person typed, checked before they are kept."""

from inventory.errors import ValidationRefused


def checked_text(value: str | None, field: str, longest: int, *, needed: bool = True) -> str | None:
    """*value* with single spaces; None where it is empty and not *needed*. Raises ValidationRefused naming *field*."""
    value = " ".join((value or "").split())
    if not value:
        if needed:
            raise ValidationRefused(f"The {field} is needed.", field=field)
        return None
    if len(value) > longest:
        raise ValidationRefused(f"The {field} has {len(value)} characters; at most {longest} are kept.", field=field)
    if not value.isprintable():
        raise ValidationRefused(f"The {field} has a character that cannot be stored.", field=field)
    return value
