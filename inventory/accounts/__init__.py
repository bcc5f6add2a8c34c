"""Who: accounts, roles, tokens and what each role may do."""
