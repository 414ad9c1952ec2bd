"""Judgments and judges with known truth."""
