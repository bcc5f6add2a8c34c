"""Tests of what came in: hardware reports, matched to the register."""
