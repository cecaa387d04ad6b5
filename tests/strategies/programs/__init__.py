"""Whole programs that pass the checker, drawn form by form."""
