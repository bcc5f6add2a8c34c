"""What was scanned, perhaps long ago and out of reach: received once, recorded, or kept to be settled."""
