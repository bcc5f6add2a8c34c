"""Is it clean: evidence per drive, and the guard that keeps unclean machines in the house."""
