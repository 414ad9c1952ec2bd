"""The report of the audit: its content as words, drawings and a page."""
