"""The tables. Columns only: what may be done with them is in app.services."""

from app.models.base import Base
from app.models.events import Customer, Decision, Event
from app.models.keys import ApiKey
from app.models.ledger import Balance, Counter, LedgerEntry, Snapshot
from app.models.programs import DeclarationsVersion, Program, ProgramVersion, ProgramVersionRule
from app.models.rules import Approval, Rule, RuleChange, RuleVersion
from app.models.users import ROLES, Role, User

__all__ = [
    "ROLES",
    "ApiKey",
    "Approval",
    "Balance",
    "Base",
    "Counter",
    "Customer",
    "Decision",
    "DeclarationsVersion",
    "Event",
    "LedgerEntry",
    "Program",
    "ProgramVersion",
    "ProgramVersionRule",
    "Role",
    "Rule",
    "RuleChange",
    "RuleVersion",
    "Snapshot",
    "User",
]
