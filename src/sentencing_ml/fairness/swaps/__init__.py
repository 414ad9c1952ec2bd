"""The swap test: judgments rewritten in what is no fact of the offence, and whether the advice moves."""
