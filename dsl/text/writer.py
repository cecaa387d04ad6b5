"""The English form of a tree, laid out: one clause on a line, no parentheses without need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from dsl.text import ast
from dsl.text.comments import Comments
from dsl.text.english import ENGLISH, MONTHS, WEEKDAYS
from dsl.text.grammar import load
from dsl.text.layout import Break, Group, Indent, Layout, Line, Suffix
from dsl.text.names import Role, written

# How tightly a node holds its operands together, by rising binding.
OR, AND, NOT, COMPARED, SUM, PRODUCT, SIGN, ATOM = range(8)
_SIGNS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
_ONE_OF = {plural: singular for singular, plural in ENGLISH.units.items()}


# What stands above a part of a list, on lines of its own, and the part.
Part = tuple[Layout, Layout]


def binding(node: ast.Condition) -> int:
    """How tightly a node binds."""
    match node:
        case ast.Or():
            return OR
        case ast.And():
            return AND
        case ast.Not():
            return NOT
        case ast.Comparison() | ast.Between() | ast.In() | ast.Known() | ast.ItemTest():
            return COMPARED
        case ast.Arithmetic():
            return _SIGNS[node.op]
        case ast.Negation():
            return SIGN
        case _:
            return ATOM


def number(value: Decimal) -> str:
    """A decimal as written, without an exponent."""
    return f"{value:f}"


def quoted(text: str) -> str:
    """A text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def moment(value: dt.date | dt.datetime | dt.time) -> str:
    """A date, a time or both, to the minute where there are no seconds."""
    if isinstance(value, dt.datetime):
        return f"{moment(value.date())} {moment(value.time())}"
    if isinstance(value, dt.time):
        return value.isoformat("seconds" if value.second else "minutes")
    return value.isoformat()


class Writer:
    """Writes statements with the comments that belong to them."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self._grammar = load(ENGLISH)

    def document(self, statements: Sequence[ast.Statement]) -> Layout:
        """All statements; rules and other kinds are set apart by an empty line."""
        parts: list[Layout] = []
        for at, statement in enumerate(statements):
            last = statements[at - 1] if at else None
            if last is not None:
                parts.append(Break())
                if isinstance(statement, ast.Rule) or type(statement) is not type(last):
                    parts.append(Break())
            after = self._suffixes(self._comments.after.get(id(statement), ()))
            parts += [self._above(statement), self.statement(statement), after]
        if self._comments.last and statements:
            parts += [Break(), Break()]
        return [parts, _lines([_line(comment) for comment in self._comments.last])]

    def statement(self, statement: ast.Statement) -> Layout:
        """One statement without the comments around it."""
        match statement:
            case ast.ProgramDecl():
                return self._program(statement)
            case ast.AttributesDecl():
                return self._declared(statement, f"attributes of {self._holder(statement.holder)}:")
            case ast.EventDecl():
                colon = ":" if statement.attributes else ""
                return self._declared(
                    statement, f"event {self._name(statement.name, 'event')}{colon}"
                )
            case ast.TierDecl():
                return self._tier(statement)
            case ast.Rule():
                return self._rule(statement)

    # --- comments ------------------------------------------------------------------------------

    def _above(self, node: ast.Node) -> Layout:
        """The comments that have lines of their own before a node."""
        return [[_line(comment), Break()] for comment in self._comments.before.get(id(node), ())]

    def _ended(self, node: ast.Node, layout: Layout) -> Layout:
        """A node with the comments that follow it on its line."""
        return [layout, self._suffixes(self._comments.after.get(id(node), ()))]

    def _part(self, node: ast.Node, layout: Layout) -> Part:
        return self._above(node), self._ended(node, layout)

    def _head(self, node: ast.Node) -> Layout:
        return self._suffixes(self._comments.heads.get(id(node), ()))

    @staticmethod
    def _suffixes(comments: Sequence[str]) -> Layout:
        return [Suffix(comment) for comment in comments]

    # --- declarations --------------------------------------------------------------------------

    def _program(self, program: ast.ProgramDecl) -> Layout:
        options: list[tuple[ast.Node, str]] = []
        if program.timezone is not None:
            options.append((program.timezone, f"timezone {quoted(program.timezone.value)}"))
        if program.currency is not None:
            options.append((program.currency, f"currency {program.currency.dotted}"))
        options += [(clause, self.clause(clause)) for clause in program.clauses]
        listed = [[Line(), self._above(node), self._ended(node, text)] for node, text in options]
        head = f"program {quoted(program.name)}"
        return Group([head, self._head(program), Indent(listed)])

    def _holder(self, holder: ast.Name) -> str:
        if holder.parts == ("any", "event"):
            return "any event"
        return self._name(holder, "event")

    def _declared(self, statement: ast.AttributesDecl | ast.EventDecl, head: str) -> Layout:
        attributes = [
            self._part(
                attribute, f"{self._name(attribute.name, 'declared')} {_type(attribute.type)}"
            )
            for attribute in statement.attributes
        ]
        listed = [Line(), _listed(attributes)] if attributes else ""
        return Group([head, self._head(statement), Indent(listed)])

    def _tier(self, tier: ast.TierDecl) -> Layout:
        name = self._name(tier.name, "declared")
        options: list[Part] = []
        for option in tier.options:
            items = [self._part(item, _spent(item)) for item in option]
            option_line = Group(_joined([("", items[0][1]), *items[1:]], "and "))
            options.append((items[0][0], option_line))
        if not options:
            return [f"tier {name}", self._head(tier)]
        return Group([f"tier {name}:", self._head(tier), Indent([Line(), _joined(options, "or ")])])

    # --- rules ---------------------------------------------------------------------------------

    def _rule(self, rule: ast.Rule) -> Layout:
        lines: list[Layout] = [self._trigger(rule)]
        if rule.where is not None:
            where = Group(["where ", Indent(self._anchored(rule.where))])
            lines.append([self._above(rule.where), where])
        first, *others = [self._part(reward, self._reward(reward)) for reward in rule.rewards]
        award = Group(["award ", Indent(_listed([("", first[1]), *others]))])
        lines.append([first[0], award])
        lines += [
            [self._above(clause), self._ended(clause, self.clause(clause))]
            for clause in rule.clauses
        ]
        if rule.name is None:
            return [self._head(rule), _lines(lines)]
        head = f"rule {quoted(rule.name)}:"
        return [head, self._head(rule), Indent([Break(), _lines(lines)])]

    def _trigger(self, rule: ast.Rule) -> Layout:
        events: list[Part] = [("", self._name(event, "event")) for event in rule.trigger.events]
        line = Group(["on ", Indent(_joined(events, "or "))])
        return [self._above(rule.trigger), self._ended(rule.trigger, line)]

    def _reward(self, reward: ast.Reward) -> Layout:
        parts = [self._form(reward.form)]
        if reward.at_most is not None:
            parts.append(f" at most {self._constant(reward.at_most)}")
        if reward.to is not None:
            parts.append(f" to {self._target(reward.to)}")
        return parts

    def _form(self, form: ast.RewardForm) -> Layout:
        match form:
            case ast.Flat():
                return self._amount(form.amount, form.unit)
            case ast.Rate():
                base: Layout = (
                    " spent" if form.of is None else [" of ", self._operand(form.of, SUM)]
                )
                prorated = " prorated" if form.prorated else ""
                amount = self._amount(form.amount, form.unit)
                return [f"{amount} per {number(form.per)}", base, prorated]
            case ast.PerItem():
                amount = self._amount(form.amount, form.unit)
                return [f"{amount} per item", self._restriction(form.where)]
            case ast.Multiplier():
                return f"{number(form.factor)}x {self._name(form.unit, 'unit')}"

    def _amount(self, amount: Decimal, unit: ast.Name) -> str:
        name = self._name(unit, "unit")
        return f"{number(amount)} {_ONE_OF.get(name, name) if amount == 1 else name}"

    def _target(self, target: ast.Target) -> str:
        match target:
            case ast.AnyOf():
                return " or ".join(self._name(name, "target") for name in target.names)
            case ast.AndAbove():
                return f"{self._name(target.name, 'target')} and above"
            case ast.NotIn():
                return f"not {self._name(target.name, 'target')}"
            case ast.Everyone():
                return "everyone"

    def clause(self, clause: ast.Clause) -> str:
        """A clause of a rule or of the program."""
        match clause:
            case ast.Limit():
                period = f" per {clause.period}" if clause.period else ""
                return f"limit {self._amount(clause.amount, clause.unit)} per customer{period}"
            case ast.Budget():
                period = f" per {clause.period}" if clause.period else ""
                return f"budget {self._amount(clause.amount, clause.unit)}{period}"
            case ast.From():
                return f"from {moment(clause.moment.value)}"
            case ast.Through():
                return f"through {moment(clause.date.value)}"
            case ast.Until():
                return f"until {moment(clause.moment.value)}"
            case ast.Because():
                return f"because {quoted(clause.text)}"

    # --- conditions and expressions ------------------------------------------------------------

    def _anchored(self, node: ast.Condition) -> Layout:
        return self._ended(node, self.condition(node))

    def _operand(self, node: ast.Condition, least: int) -> Layout:
        """An operand, in parentheses where it binds more loosely than `least`."""
        inner = self._anchored(node)
        return inner if binding(node) >= least else Group(["(", Indent(inner), ")"])

    def _operands(self, nodes: Sequence[ast.Condition], least: int) -> list[Part]:
        return [(self._above(node), self._operand(node, least)) for node in nodes]

    def condition(self, node: ast.Condition) -> Layout:
        """A condition or an expression."""
        match node:
            case ast.Or():
                return Group(_joined(self._operands(node.parts, AND), "or "))
            case ast.And():
                return Group(_joined(self._operands(node.parts, NOT), "and "))
            case ast.Not():
                return ["not ", self._operand(node.operand, NOT)]
            case ast.Comparison():
                left, right = self._operand(node.left, SUM), self._operand(node.right, SUM)
                return [left, f" {node.op} ", right]
            case ast.Between():
                value, low = self._operand(node.value, SUM), self._operand(node.low, SUM)
                return [value, " between ", low, " and ", self._operand(node.high, SUM)]
            case ast.In():
                choices = Indent([Line(""), _listed(self._operands(node.choices, SUM))])
                sign = " not in (" if node.negated else " in ("
                value = self._operand(node.value, SUM)
                return [value, sign, Group([choices, Line("")]), ")"]
            case ast.Known():
                sign = " is unknown" if node.negated else " is known"
                return [self._operand(node.value, SUM), sign]
            case ast.ItemTest():
                return [f"{node.quantifier} item", self._restriction(node.where)]
            case _:
                return self._expression(node)

    def _expression(self, node: ast.Expr) -> Layout:
        match node:
            case ast.Arithmetic():
                level = _SIGNS[node.op]
                left, right = self._operand(node.left, level), self._operand(node.right, level + 1)
                return [left, f" {node.op} ", right]
            case ast.Negation():
                return ["-", self._operand(node.operand, SIGN)]
            case ast.ItemCount():
                return ["number of items", self._restriction(node.where)]
            case ast.ItemTotal():
                return ["total of items", self._restriction(node.where)]
            case ast.ItemDistinct():
                attribute = self._name(node.attribute, "target")
                return [f"number of distinct {attribute} of items", self._restriction(node.where)]
            case ast.Name():
                return self._name(node, "expression")
            case _:
                return self._constant(node)

    def _restriction(self, where: ast.Condition | None) -> Layout:
        return "" if where is None else Group([" (", Indent(self._anchored(where)), ")"])

    @staticmethod
    def _constant(node: ast.Constant) -> str:
        match node:
            case ast.Number():
                return number(node.value)
            case ast.Percent():
                return f"{number(node.value)}%"
            case ast.Money():
                return f"{number(node.value)} {node.currency}"
            case ast.Text():
                return quoted(node.value)
            case ast.Flag():
                return "true" if node.value else "false"
            case ast.Weekday():
                return WEEKDAYS[node.value]
            case ast.MonthName():
                return MONTHS[node.value - 1]
            case ast.Duration():
                return _duration(node)
            case _:
                return moment(node.value)

    def _name(self, name: ast.Name, role: Role) -> str:
        return written(name, role, self._grammar)


def _type(declared: ast.AttributeType) -> str:
    if declared.kind != "one of":
        return declared.kind
    return f"one of ({', '.join(quoted(choice) for choice in declared.choices)})"


def _duration(duration: ast.Duration) -> str:
    return f"{duration.count} {duration.unit}{'' if duration.count == 1 else 's'}"


def _spent(item: ast.Spent) -> str:
    match item.window:
        case ast.Last():
            window = f"in last {_duration(item.window.duration)}"
        case ast.This():
            window = f"in this {item.window.period}"
        case ast.Previous():
            window = f"in previous {item.window.period}"
        case ast.Since():
            window = f"since {moment(item.window.date.value)}"
        case ast.Ever():
            window = "ever"
    return f"{number(item.amount)} spent {window}"


def _listed(parts: Sequence[Part]) -> Layout:
    """Parts with a comma after each but the last."""
    last = len(parts) - 1
    return [
        [above, part, [",", Line()] if at < last else ""] for at, (above, part) in enumerate(parts)
    ]


def _joined(parts: Sequence[Part], word: str) -> Layout:
    """Parts with a word before each but the first."""
    return [
        [[Line(), above, word] if at else above, part] for at, (above, part) in enumerate(parts)
    ]


def _line(comment: str) -> str:
    return f"# {comment}".rstrip()


def _lines(parts: Sequence[Layout]) -> Layout:
    return [[Break() if at else "", part] for at, part in enumerate(parts)]
