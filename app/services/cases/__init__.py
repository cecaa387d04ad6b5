"""Case files: what a program is expected to decide, read and held against an evaluator.

Source: docs/language.md, section 7.
"""

from __future__ import annotations

from app.services.cases.case import Case, CaseFileError
from app.services.cases.engines import CompiledEngine, Engine, ReferenceEngine
from app.services.cases.outcome import Actual, CaseResult, Difference
from app.services.cases.reading import case_files, read_cases
from app.services.cases.running import run_case

__all__ = [
    "Actual",
    "Case",
    "CaseFileError",
    "CaseResult",
    "CompiledEngine",
    "Difference",
    "Engine",
    "ReferenceEngine",
    "case_files",
    "read_cases",
    "run_case",
]
