"""Tests of files on their way to whoever reads them."""
