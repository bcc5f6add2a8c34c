"""Who gets it: requests for machines that are used again, and what serves them."""
