"""Figures people can publish: one file per report."""
