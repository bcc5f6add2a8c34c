"""QR matrices, fonts and PDF primitives; knows nothing of the product."""
