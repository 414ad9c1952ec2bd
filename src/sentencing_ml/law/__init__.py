"""Statutes, guideline and thresholds as dated data."""
