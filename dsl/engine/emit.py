"""A checked program as text: what its rules ask, what its rewards come to, who is in which tier.

Names of functions, by the place of what they are of:

    m{rule} · w{guard} · r{reward to redeem}      1 where the condition is true
    q{rule}_{reward}[_{choice}]                   the amount, in the unit's precision, or NA
    p{…}                                          the code of the recipient's id, or NA
    f{…}(…, i)                                    1 where the line at i is among the cheapest
    b{…}                                          the value `top` ranks by, or NA
    e{…}_{part}                                   the value of a part of a message, or NA
    t{rank} · g{segment}                          1 where the tier's items hold, who is in it
    l{rank}                                       what the tier's first item lacks, or NA
    c{challenge}_{goal}                           how much the event adds to a goal
    observe(E, I, S, H, K, X, h)                  the event's row of the history

Source: docs/language.md, sections 2 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.amounts import constant, write_amount
from dsl.engine.cells import E_AT, E_TYPE, H_AT, H_COUNTS, H_TYPE, NA
from dsl.engine.conditions import every, holds
from dsl.engine.emitter import Emitter
from dsl.engine.items import KnownTotal
from dsl.engine.sums import Flag, Recorded
from dsl.engine.values import ARGUMENTS, HERE, Place, Value, value
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.layout import Layout
    from dsl.engine.past import Foreign
    from dsl.engine.writer import Writer

RECORDING = Place(recording=True)
# Forms whose amount is all there is to them.
PLAIN = (
    checked.Flat,
    checked.Rate,
    checked.PerItem,
    checked.Formula,
    checked.Steps,
    checked.Bands,
    checked.Share,
)
AMOUNTS = (*PLAIN, checked.Deduction)


@dataclass(frozen=True, slots=True)
class Emitted:
    """The text of a program, the places its functions use, and what they are given by others.

    `divisors` are those of values that a function gives (messages, `top`, what a tier lacks).
    """

    text: str
    layout: Layout
    foreign: tuple[Foreign, ...]
    divisors: dict[str, int]
    fixed: dict[str, int]
    emitter: Emitter


def every_rule(program: checked.Program) -> Iterator[checked.Rule]:
    """The rules in text order, then those of challenges."""
    yield from program.rules
    for challenge in program.challenges.values():
        yield challenge.rule


def emit(program: checked.Program) -> Emitted:
    """The text of a program; equal programs give equal texts."""
    return _Writing(program).emitted()


class _Writing:
    def __init__(self, program: checked.Program) -> None:
        self.program = program
        self.e = Emitter(program)
        self.divisors: dict[str, int] = {}
        self.fixed: dict[str, int] = {}

    def emitted(self) -> Emitted:
        program, e = self.program, self.e
        for rule in every_rule(program):
            for event in rule.events:
                e.layout.type_code(event)
        purchase = program.events["purchase"].attributes
        for name in ("amount", "gross"):
            e.layout.event.place(("attribute", name), purchase[name].type)
        self._marks()
        for place, rule in enumerate(every_rule(program)):
            self._test(f"m{place}", rule.where)
            for number, reward in enumerate(rule.rewards):
                self._reward(f"{place}_{number}", reward)
        for place, guard in enumerate(program.guards):
            self._test(f"w{place}", guard.where)
        for place, redeemable in enumerate(program.redeemables.values()):
            self._test(f"r{place}", redeemable.where)
        for tier in program.tiers:
            self._tier(tier)
        for place, segment in enumerate(program.segments.values()):
            self._test(f"g{place}", segment.where)
        for place, challenge in enumerate(program.challenges.values()):
            for number, goal in enumerate(challenge.goals):
                self._goal(f"c{place}_{number}", goal)
        self._observe()
        return Emitted(e.text(), e.layout, tuple(e.past.foreign), self.divisors, self.fixed, self.e)

    def _marks(self) -> None:
        """What `once per` marks stands in E, whether or not anything else asks for it."""
        program = self.program
        marks = [
            *(once for rule in every_rule(program) for once in rule.once),
            *(once for campaign in program.campaigns.values() for once in campaign.once),
            *(once for offer in program.redeemables.values() for once in offer.once),
        ]
        for once in marks:
            if once.attribute is not None and once.attribute.name != "customer":
                key = ("attribute", once.attribute.name)
                self.e.layout.event.place(key, once.attribute.type)

    def _test(self, name: str, where: checked.Condition | None) -> None:
        if where is None:
            return
        true = holds(self.e, where)
        with self.e.function(name) as write:
            with write.block(f"if {true}:"):
                write("return 1")
            write("return 0")

    def _value(self, name: str, node: checked.Expr) -> None:
        self._found(name, value(self.e, node))

    def _found(self, name: str, found: Value) -> None:
        self.divisors[name] = found.divisor
        with self.e.function(name) as write:
            with write.block(f"if {every(found.present)}:"):
                write(f"return {found.text}")
            write(f"return {NA}")

    def _reward(self, name: str, reward: checked.Reward) -> None:
        form = reward.form
        if isinstance(form, checked.Flat) and form.base is None and reward.unit is not None:
            self.fixed[f"q{name}"] = constant(form.amount, reward.unit)
        elif isinstance(form, checked.Deduction) and form.percent:
            self._value(f"q{name}", form.value)
        elif isinstance(form, AMOUNTS) and reward.unit is not None:
            with self.e.function(f"q{name}") as write:
                write_amount(write, self.e, form, reward.unit)
                write("return x")
        elif isinstance(form, checked.CheapestFree):
            self._among_cheapest(f"f{name}", form)
        elif isinstance(form, checked.Message):
            for number, part in enumerate(form.parts):
                if not isinstance(part, str):
                    self._value(f"e{name}_{number}", part)
        elif isinstance(form, checked.OneOf):
            for number, choice in enumerate(form.choices):
                self._reward(f"{name}_{number}", choice.reward)
        if reward.recipient is not None:
            self._value(f"p{name}", reward.recipient)
        if isinstance(reward.audience, checked.Top):
            self._value(f"b{name}", reward.audience.by)

    def _among_cheapest(self, name: str, form: checked.CheapestFree) -> None:
        for column in ("price", "quantity", "amount"):
            self.e.items.column(column)
        line = Place(lines="I", line="i")
        true = "1 == 1" if form.where is None else holds(self.e, form.where, line)
        with self.e.function(name, f"{ARGUMENTS}, i") as write:
            with write.block(f"if {true}:"):
                write("return 1")
            write("return 0")

    def _tier(self, tier: checked.Tier) -> None:
        if not tier.items:
            return
        options = [[self._item(item) for item in option] for option in tier.items]
        with self.e.function(f"t{tier.rank}") as write:
            for option in options:
                with write.block(f"if {every(option)}:"):
                    write("return 1")
            write("return 0")
        if isinstance(tier.items[0][0], checked.AtLeast):
            self._found(f"l{tier.rank}", self.e.left_to(tier.rank))

    def _item(self, item: checked.AtLeast | checked.Condition) -> str:
        if not isinstance(item, checked.AtLeast):
            return holds(self.e, item)
        found = value(self.e, item.value)
        least = f"{item.least.value * found.divisor}"
        return every([*found.present, f"{found.text} * {10**item.least.decimals} >= {least}"])

    def _goal(self, name: str, goal: checked.Goal) -> None:
        """How much an event adds: 1, or the quantities of its lines over 10,000."""
        code = self.e.layout.type_code(goal.event)
        if goal.items:
            quantity = self.program.item_attributes["quantity"].type
            found = value(self.e, checked.ItemCount(goal.where, type=quantity), HERE)
            self.divisors[name] = found.divisor
            test, text = "1 == 1", found.text
        else:
            self.divisors[name] = 1
            test = "1 == 1" if goal.where is None else holds(self.e, goal.where, RECORDING)
            text = "1"
        with self.e.function(name) as write:
            with write.block(f"if {every([f'E[{E_TYPE}] == {code}', test])}:"):
                write(f"return {text}")
            write("return 0")

    # --- the history --------------------------------------------------------------------------

    def _observe(self) -> None:
        """The row of an event in H, written once every value that stands in it is known."""
        e = self.e
        columns: list[tuple[int, tuple[object, ...], str]] = []
        seen: set[object] = set()
        # A value that is recorded can ask for others.
        while len(seen) < len(e.layout.past.places):
            for key, place in list(e.layout.past.places.items()):
                if key not in seen:
                    seen.add(key)
                    columns.append((place, key, self._column(key)))
        with e.function("observe", f"{ARGUMENTS}, h") as write:
            write(f"H[h + {H_AT}] = E[{E_AT}]", f"H[h + {H_TYPE}] = E[{E_TYPE}]")
            write(f"H[h + {H_COUNTS}] = 1")
            for place, key, text in columns:
                self._write_column(write, place, key, text)

    def _column(self, key: tuple[object, ...]) -> str:
        match key:
            case ("field", tuple() as source):
                return f"E[{self.e.layout.event.place(source)}]"
            case ("flag", Flag() as flag):
                return self._flag(flag)
            case ("value", Recorded(node=checked.ItemTotal() as node)) | (
                "value",
                KnownTotal(node=node),
            ):
                return self.e.items.known_total(node, RECORDING)
            case ("value", Recorded(node=checked.ItemCount() as node)):
                return self.e.items.value(node, RECORDING).text
            case ("value", Recorded(node=node)):
                return value(self.e, node, RECORDING).text
            case ("value", checked.ItemTest() as node):
                return self.e.items.test(node, RECORDING)
            case ("value", node):
                return self.e.items.value(node, RECORDING).text  # type: ignore[arg-type]  # about lines
            case _:
                return ""

    def _flag(self, flag: Flag) -> str:
        tests = [f"E[{E_TYPE}] == {self.e.layout.type_code(flag.event)}"]
        if flag.known is not None:
            tests += value(self.e, flag.known, RECORDING).present
        if flag.where is not None:
            tests.append(holds(self.e, flag.where, RECORDING))
        return every(tests)

    def _write_column(self, write: Writer, place: int, key: tuple[object, ...], text: str) -> None:
        match key:
            case ("lines", _):
                # The lines themselves are kept by whoever keeps the history.
                return
            case ("flag", _):
                write(f"H[h + {place}] = 0")
                with write.block(f"if {text}:"):
                    write(f"H[h + {place}] = 1")
            case ("value", Recorded(zero=True)):
                write(f"H[h + {place}] = {text}")
                with write.block(f"if H[h + {place}] == {NA}:"):
                    write(f"H[h + {place}] = 0")
            case _:
                write(f"H[h + {place}] = {text}")
