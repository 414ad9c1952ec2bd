"""Numbers as a judgment writes them."""


def number_words(value: float) -> str:
    """Say a number as a judgment writes it: 30000 → ``3万``."""
    exact = float(value)
    return f"{exact / 10000:.10g}万" if exact >= 10000 and exact % 100 == 0 else f"{exact:.10g}"
