"""What a printed label says, where on the sheet it sits, and what a scanned one means."""
