"""Sentencing factors: the registry (data) and the extractors that find them, every value with its span."""
