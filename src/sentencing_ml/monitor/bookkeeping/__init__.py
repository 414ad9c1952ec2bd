"""The records of the ledger, their chain and signed roots, and the ways in and out of it."""
