"""One file per format of hardware report, found by discovery: a module with ``READER``."""
