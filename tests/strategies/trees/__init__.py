"""Hypothesis strategies for trees of the language: any that a text can say, well-typed or not."""

from tests.strategies.trees.statements import PARTS, documents, sentences

__all__ = ["PARTS", "documents", "sentences"]
