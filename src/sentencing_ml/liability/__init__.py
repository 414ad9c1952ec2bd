"""The liability model: design matrix, neutral label, blind student, intervals, sanction kind, evaluation."""
