"""One case run: its texts checked, its events decided by an evaluator, the outcome compared."""

from __future__ import annotations

import dsl
from app.services.cases.case import Case
from app.services.cases.engines import Engine, NotRun
from app.services.cases.outcome import CaseResult, Difference, compare, compare_errors
from dsl.text.source import Source


def run_case(case: Case, engine: Engine) -> CaseResult:
    """A case that expects errors is checked only; any other is decided where its texts pass.

    Errors that are not expected are listed with their places and words.
    """
    programs, codes, listed = [], [], []
    for version in case.versions:
        result = dsl.check([dsl.Part(version.text)])
        problems = [d for d in result.diagnostics if d.severity == "error"]
        codes += [problem.code for problem in problems]
        listed += [_listed(version.text, problem) for problem in problems]
        if result.program is not None:
            programs.append(result.program)
    if case.expect.errors or codes:
        differences = compare_errors(case.expect.errors, codes)
        return CaseResult(case, (*differences, *listed) if differences else ())
    try:
        actual = engine.run(case, programs)
    except NotRun as reason:
        return CaseResult(case, (), not_run=str(reason))
    return CaseResult(case, compare(case, actual))


def _listed(text: str, problem: dsl.Diagnostic) -> Difference:
    place = Source(text).position(problem.span.start)
    return Difference(
        "%(code)s at %(line)d:%(column)d: %(text)s",
        {
            "code": problem.code,
            "line": place.line,
            "column": place.column,
            "text": dsl.render(problem).text,
        },
    )
