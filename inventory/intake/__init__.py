"""What came in: hardware reports and what they say, matched to the register."""
