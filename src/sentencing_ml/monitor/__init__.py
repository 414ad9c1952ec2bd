"""The override deviation monitor: ledger of advice and entries, corrections per judge, report."""
