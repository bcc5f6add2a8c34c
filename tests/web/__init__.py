"""The HTML edge, by what people see and what the ledger keeps."""
