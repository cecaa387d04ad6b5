"""Histories as columns of integers, and programs run over them.

The only place beside dsl/engine/native.py that knows NumPy and Arrow.
"""
