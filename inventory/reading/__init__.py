"""Files from outside, opened safely: bounded size and depth, no entities, no bombs. Knows nothing of the product."""
