"""Liability punishment (责任刑) from Chinese criminal judgments: read, model, explain, audit, watch."""

__version__ = "0.1.0"
