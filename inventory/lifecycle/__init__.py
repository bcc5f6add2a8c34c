"""What happened: the ledger of lifecycle events, its rules, its one writer and its projections."""
