"""Case files: what a program is expected to decide, read and held against an evaluator.

Source: docs/language.md, section 7.
"""

from __future__ import annotations

from app.services.cases.case import Case, CaseFileError
from app.services.cases.compiled import CompiledEngine
from app.services.cases.engines import Engine, NotRun
from app.services.cases.native import NativeEngine
from app.services.cases.outcome import Actual, CaseResult, Difference
from app.services.cases.reading import case_files, read_cases
from app.services.cases.reference import ReferenceEngine
from app.services.cases.running import run_case
from app.services.cases.service import ServiceEngine, not_run

__all__ = [
    "Actual",
    "Case",
    "CaseFileError",
    "CaseResult",
    "CompiledEngine",
    "Difference",
    "Engine",
    "NativeEngine",
    "NotRun",
    "ReferenceEngine",
    "ServiceEngine",
    "case_files",
    "not_run",
    "read_cases",
    "run_case",
]
