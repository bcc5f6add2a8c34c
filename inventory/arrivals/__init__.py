"""What came in by file: each file goes to the concept whose reader knows it."""
