"""Tests of what every page is made of: styles, scripts, macros, vendored files."""
