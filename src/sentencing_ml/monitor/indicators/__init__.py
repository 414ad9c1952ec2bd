"""Pleas, recommendations, counsel and procedure as judgments tell them."""
