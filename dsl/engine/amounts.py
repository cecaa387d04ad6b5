"""What a reward comes to, as restricted Python: an amount in its unit's precision, or NA.

`at most`, multipliers, limits and groups come after (dsl/engine/paying). Source: docs/language.md,
section 3, "Rewards", and section 4, step 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.cells import NA
from dsl.engine.conditions import every
from dsl.engine.values import Value, value
from dsl.meaning import checked

if TYPE_CHECKING:
    from dsl.engine.emitter import Emitter
    from dsl.engine.writer import Writer
    from dsl.meaning.types import Exact, Unit


def rounded(text: str, divisor: int, unit: Unit) -> str:
    """The text of a number over a divisor as an amount of a unit, by the unit's rounding."""
    upper = 10**unit.precision
    if divisor % upper == 0:
        upper, divisor = 1, divisor // upper
    elif upper % divisor == 0:
        upper, divisor = upper // divisor, 1
    number = text if upper == 1 else f"({text}) * {upper}"
    if divisor == 1:
        return number
    match unit.rounding:
        case "down":
            return f"({number}) // {divisor}"
        case "up":
            return f"-(-({number}) // {divisor})"
        case "half up":
            return f"half_up({number}, {divisor})"
        case "half even":
            return f"quotient({number}, {divisor})"


def constant(amount: Exact, unit: Unit) -> int:
    """A fixed number as an amount of a unit, by the unit's rounding."""
    return constant_over(amount, 1, unit)


def constant_over(amount: Exact, over: int, unit: Unit) -> int:
    """A number over a divisor as an amount of a unit, by the unit's rounding."""
    upper = amount.value * int(10**unit.precision)
    divisor = int(10**amount.decimals) * over
    match unit.rounding:
        case "down":
            return upper // divisor
        case "up":
            return -(-upper // divisor)
        case "half up":
            return (2 * upper + divisor) // (2 * divisor)
        case "half even":
            whole, rest = divmod(upper, divisor)
            return whole + (2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1))


def write_amount(write: Writer, e: Emitter, form: checked.RewardForm, unit: Unit) -> None:
    """Write the lines that set x to what a form comes to."""
    write(f"x = {NA}")
    match form:
        case checked.Flat(amount=amount, base=base) if base is not None:
            found = value(e, base)
            with write.block(f"if {every([*found.present, f'{found.text} > 0'])}:"):
                most = f"({found.text}) * {10**unit.precision} // {found.divisor}"
                write(f"x = least({constant(amount, unit)}, {most})")
        case checked.Rate():
            _rate(write, e, form, unit)
        case checked.PerItem(amount=amount, count=count):
            found = value(e, count)
            whole = f"{found.text} // {found.divisor} * {amount.value}"
            write(f"x = {rounded(whole, 10**amount.decimals, unit)}")
        case checked.Formula(value=formula) | checked.Deduction(value=formula):
            found = value(e, formula)
            with write.block(f"if {every(found.present)}:"):
                write(f"x = {rounded(found.text, found.divisor, unit)}")
        case checked.Share(share=share, base=base):
            _share(write, value(e, base), share, unit)
        case checked.Steps():
            _steps(write, e, form, unit)
        case checked.Bands():
            _bands(write, e, form, unit)
        case _:
            raise TypeError(form)


def _rate(write: Writer, e: Emitter, form: checked.Rate, unit: Unit) -> None:
    """Whole steps of `per` in the base, or the base in proportion; nothing of less than zero."""
    base = value(e, form.base)
    upper, lower = 10**form.per.decimals, form.per.value * base.divisor
    with write.block(f"if {every([*base.present, f'{base.text} > 0'])}:"):
        if form.prorated:
            number = f"{base.text} * {upper * form.amount.value}"
            write(f"x = {rounded(number, lower * 10**form.amount.decimals, unit)}")
        else:
            number = f"({base.text}) * {upper} // {lower} * {form.amount.value}"
            write(f"x = {rounded(number, 10**form.amount.decimals, unit)}")


def _share(write: Writer, base: Value, share: Exact, unit: Unit) -> None:
    with write.block(f"if {every([*base.present, f'{base.text} > 0'])}:"):
        number = f"({base.text}) * {share.value}"
        write(f"x = {rounded(number, base.divisor * 10**share.decimals, unit)}")


def _steps(write: Writer, e: Emitter, form: checked.Steps, unit: Unit) -> None:
    """The highest step reached; of money never more than its base."""
    by = value(e, form.by)
    base = value(e, form.base) if form.base is not None else None
    named = base.present if base is not None and form.is_capped else ()
    head = "if"
    with write.block(f"if {every([*by.present, *named])}:"):
        write("y = " + by.text)
        for step in reversed(form.steps):
            reached = f"y * {10**step.start.decimals} >= {step.start.value * by.divisor}"
            with write.block(f"{head} {reached}:"):
                head = "elif"
                if step.percent and base is not None:
                    _share(write, base, step.amount, unit)
                else:
                    write(f"x = {constant(step.amount, unit)}")
        if form.is_capped and base is not None:
            with write.block(f"if x > 0 and {every(base.present)}:"):
                most = f"({base.text}) * {10**unit.precision} // {base.divisor}"
                write(f"x = least(x, {most})")


def _bands(write: Writer, e: Emitter, form: checked.Bands, unit: Unit) -> None:
    """Each part of the value at the rate of its step."""
    by = value(e, form.by)
    decimals = max(step.amount.decimals for step in form.steps)
    scale = max(step.start.decimals for step in form.steps)
    divisor = by.divisor * 10**scale
    with write.block(f"if {every(by.present)}:"):
        write(f"y = {by.over(divisor)}", "z = 0")
        following = [step.start for step in form.steps[1:]]
        for place, step in enumerate(form.steps):
            start = str(step.start.value * (divisor // 10**step.start.decimals))
            rate = step.amount.value * 10 ** (decimals - step.amount.decimals)
            part = "y"
            if place < len(following):
                end = following[place]
                part = f"least(y, {end.value * (divisor // 10**end.decimals)})"
            with write.block(f"if y > {start}:"):
                write(f"z = z + ({part} - {start}) * {rate}")
        write(f"x = {rounded('z', divisor * 10**decimals, unit)}")
