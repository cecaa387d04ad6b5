"""Draws that anybody who holds the secret can repeat (docs/language.md, section 4, step 4)."""

from __future__ import annotations

import hashlib
import hmac
from fractions import Fraction
from typing import Literal

Purpose = Literal["chance", "one-of", "random", "holdout"]
SPAN = 2**64


def draw(secret: str, purpose: Purpose, rule: str, about: str) -> Fraction:
    """A number from 0 up to but without 1."""
    said = f"{purpose}\0{rule}\0{about}".encode()
    digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
    return Fraction(int.from_bytes(digest[:8], "big"), SPAN)
