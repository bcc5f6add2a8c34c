"""Tests of counts."""
