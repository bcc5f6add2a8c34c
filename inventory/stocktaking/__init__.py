"""IS IT THERE: counts of rooms and lists, who saw what, and what becomes of it in the ledger."""
