"""Programs and files of events that dry runs are asked about."""

from __future__ import annotations

BASE = 'rule "base": on purchase where amount > 0 award 1 point per 1 spent\n'
DOUBLE = f'{BASE}rule "double": on purchase where amount >= 20 award 2x points\n'
EVENTS = (
    "event_id,type,ts,customer_id,amount,week\n"
    "1,purchase,2026-01-01T10:00:00Z,c1,10.99,1\n"
    "2,purchase,2026-01-02T10:00:00Z,c2,20,1\n"
    "3,purchase,2026-01-03T10:00:00Z,c1,x,1\n"
    "4,mailing,2026-01-03T10:00:00Z,c1,,1\n"
)
STANDING = """
unit points: worth 0.01 USD, expire 1 month after earned
tier gold: 15 spent ever
segment regulars: at least 1 purchases ever
rule "base": on purchase award 1 point per 1 spent
"""
MONTHS = (
    "event_id,type,ts,customer_id,amount\n"
    "1,purchase,2026-01-01T10:00:00Z,c1,10\n"
    "2,purchase,2026-01-02T10:00:00Z,c2,20\n"
    "3,purchase,2026-02-10T10:00:00Z,c1,20\n"
    "4,purchase,2026-02-11T10:00:00Z,c2,5\n"
)
