"""ICT lifecycle and reuse inventory for universities."""

__version__ = "0.1.0"
