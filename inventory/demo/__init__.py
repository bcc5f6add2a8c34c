"""The demonstration university: ten synthetic years in the ledger, the same at every run."""
