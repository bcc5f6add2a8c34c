"""Figures of this product, each beside the limit of the same machine in the same run."""
