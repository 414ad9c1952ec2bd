"""One case explained: SHAP walk in months, similar cases, the case sheet."""
