"""One file per format of erasure report, found by discovery: a module with ``READER``."""
