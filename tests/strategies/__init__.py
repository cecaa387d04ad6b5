"""Hypothesis strategies: trees, checked programs with histories, and texts that are neither."""

from tests.strategies.trees import documents, sentences

__all__ = ["documents", "sentences"]
