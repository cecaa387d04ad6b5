"""What each form of a condition, a reward and a clause must not be, by value and at its place."""

from __future__ import annotations

import pytest

from dsl.meaning.diagnostics import (
    AmbiguousName,
    BadLiteral,
    Diagnostic,
    DuplicateName,
    LowFactor,
    OutOfRange,
    Overflow,
    PercentRange,
    StepsOrder,
    TopOutsideSchedule,
    UnknownCurrency,
    ZeroStep,
)
from dsl.meaning.types import Kind
from dsl.text.source import Span
from tests.marked import Expected, found, impossible, mismatch, never, not_here, unknown

HEAD = """program "Test" timezone "Asia/Shanghai" currency CNY
attributes of customer: vip flag, style text, renewal date
event dinner: room one of ("north", "south"), friend customer, gold customer
event feast: dishes list, drinks list
unit stars: precision 2
tier silver: 100 spent ever
tier gold: 1000 spent ever
tier prime: by award
segment lapsed: no purchase in last 60 days
list promo: "A-1", "A-2"
list sizes: 1, 2.5
parameter least: 200
parameter word: "web"
campaign "Spring": from 2026-03-01 through 2026-03-31
challenge "Week": 3 purchases within 7 days award 1 point
"""


def percent(span: Span) -> Diagnostic:
    return PercentRange(span=span, part=1)


def currency(span: Span) -> Diagnostic:
    return UnknownCurrency(span=span, part=1, name="USD", expected="CNY")


def reward(text: str) -> str:
    return f"on purchase award {text}"


def where(text: str) -> str:
    return f"on purchase where {text} award 1 point"


NAMES = [
    (where("in segment ⟨lapsd⟩"), unknown("lapsd", "segment", "lapsed")),
    (where("channel in list ⟨prom⟩"), unknown("prom", "list", "promo")),
    (where("⟨leest⟩ < amount"), unknown("leest", "attribute", "least")),
    (where("⟨customer.tier⟩ = gold"), unknown("customer.tier", "customer", "tier")),
    (where("⟨customer.points⟩ > 5"), unknown("customer.points", "customer", "points")),
    (where("⟨referrer.cty⟩ = \"a\""), unknown("referrer.cty", "customer", "referrer.city")),
    (where("⟨customer.referrer.cty⟩ = \"a\""),
     unknown("customer.referrer.cty", "customer", "customer.referrer.city")),
    (where("⟨channel.city⟩ = \"a\""), unknown("channel.city", "path")),
    (where("⟨customer.city.style⟩ = \"a\""), unknown("customer.city.style", "path")),
    (where("⟨this.amout⟩ > 5"), unknown("this.amout", "attribute", "this.amount")),
    (where("lifetime ⟨point5⟩ > 5"), unknown("point5", "unit", "points")),
    (where("⟨star5⟩ earned ever > 5"), unknown("star5", "unit", "stars")),
    (where("left to ⟨gould⟩ < 5"), unknown("gould", "tier", "gold")),
    (where("days since previous ⟨purchse⟩ > 5"), unknown("purchse", "event", "purchase")),
    (where("number of ⟨purchse⟩ ever > 1"), unknown("purchse", "event", "purchase")),
    (where("total ⟨amout⟩ of purchase ever > 1"), unknown("amout", "past", "amount")),
    (where("number of distinct ⟨stor⟩ of purchase ever > 1"), unknown("stor", "past", "store")),
    (where("number of purchases where (⟨amout⟩ > 1) ever > 1"),
     unknown("amout", "past", "amount")),
    (where("number of referral as ⟨refer⟩ ever > 1"), unknown("refer", "role")),
    (where("number of signups by anyone with same ⟨divice⟩ ever > 1"),
     unknown("divice", "attribute", "device")),
    (where("number of purchases with same ⟨order_id⟩ ever > 1"), unknown("order_id", "attribute")),
    (where("⟨distance to (1, 2)⟩ < 1"), unknown("lat", "attribute")),
    ("on review where ⟨any item (sku = \"A\")⟩ award 1 point", unknown("items", "lines")),
    (where("⟨number of items of review ever⟩ > 1"), unknown("items", "lines")),
    ("on birthday award ⟨5 points per item⟩", unknown("items", "lines")),
    (reward("tier ⟨gould⟩"), unknown("gould", "tier", "gold")),
    (reward("1 point to ⟨lapsd⟩"), unknown("lapsd", "audience", "lapsed")),
    (reward("1 point to ⟨referer⟩"), unknown("referer", "audience", "referrer")),
    (reward("1 point to gold or ⟨lapsd⟩"), unknown("lapsd", "audience", "lapsed")),
    (reward("1 point to ⟨lapsed⟩ and above"), unknown("lapsed", "tier")),
    (reward("1 point to ⟨customer.referer⟩"),
     unknown("customer.referer", "customer", "customer.referrer")),
    (reward("10 ⟨discount⟩"), unknown("discount", "unit", "CNY discount")),
    ("on review award ⟨10% discount⟩", unknown("gross", "spent")),
    ("on birthday award ⟨5 CNY discount⟩", unknown("gross", "spent")),
    ("on review award ⟨5% cashback⟩", unknown("amount", "spent")),
    (reward("1 point once per ⟨post_id⟩"), unknown("post_id", "attribute")),
    (reward("1 point once per customer per ⟨stor⟩"), unknown("stor", "attribute", "store")),
    (reward("1 point in campaign ⟨\"Sprng\"⟩"), unknown("Sprng", "campaign", '"Spring"')),
    ("on challenge ⟨\"Weak\"⟩ completed award 1 point", unknown("Weak", "challenge", '"Week"')),
    ("on tier upgrade to ⟨gould⟩ award 1 point", unknown("gould", "tier", "gold")),
    ("on entering segment ⟨lapsd⟩ award 1 point", unknown("lapsd", "segment", "lapsed")),
    ("on 60 days without ⟨purchse⟩ award 1 point", unknown("purchse", "event", "purchase")),
    ("on ⟨pionts⟩ expiring in 30 days award 1 point", unknown("pionts", "unit", "points")),
    ("on 7 days before ⟨birthdy⟩ award 1 point", unknown("birthdy", "date", "birthday")),
    ("on 7 days after ⟨sinup⟩ award 1 point", unknown("sinup", "date", "signup")),
    ("on 7 days before ⟨customer.renewl⟩ award 1 point",
     unknown("customer.renewl", "customer", "customer.renewal")),
]  # fmt: skip

TYPES = [
    (where("channel in list ⟨sizes⟩"), mismatch(Kind.TEXT, Kind.NUMBER)),
    (where("⟨customer.tags⟩ = \"vip\""), mismatch(None, Kind.TAGS)),
    (where("⟨customer.tags⟩ in list promo"), mismatch(None, Kind.TAGS)),
    (where("⟨customer.tags⟩ starts with \"v\""), mismatch(None, Kind.TAGS)),
    (where("⟨channel⟩ has \"vip\""), mismatch(Kind.TAGS, Kind.TEXT)),
    (where("customer.tags has ⟨5⟩"), mismatch(Kind.TEXT, Kind.NUMBER)),
    (where("⟨amount⟩ contains \"v\""), mismatch(Kind.TEXT, Kind.MONEY)),
    (where("channel starts with ⟨5⟩"), mismatch(Kind.TEXT, Kind.NUMBER)),
    (where("channel starts with ⟨store⟩"), not_here("constant")),
    (where("min(amount, ⟨channel⟩) > 1"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (where("⟨floor(amount, 2)⟩ > 1"), not_here("arity")),
    (where("largest ⟨store⟩ of purchase ever > 1"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (where("number of distinct ⟨amount⟩ of purchase ever > 1"),
     mismatch(Kind.TEXT, Kind.MONEY)),
    (where("number of purchase as ⟨store⟩ ever > 1"), mismatch(Kind.CUSTOMER, Kind.TEXT)),
    (where("number of purchases where (⟨number of purchases ever⟩ > 1) ever > 1"),
     not_here("history")),
    (where("any item (⟨first purchase⟩)"), not_here("history")),
    (where("⟨left to prime⟩ < 5"), not_here("left-to")),
    (reward("(⟨channel⟩) points"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (reward("points by ⟨channel⟩ (from 1: 10)"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (reward("10% discount of ⟨channel⟩"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (reward("deduct (⟨channel⟩) points"), mismatch(Kind.NUMBER, Kind.TEXT)),
    (reward("5 points at most ⟨5 CNY⟩"), mismatch(Kind.NUMBER, Kind.MONEY)),
    (reward("message \"You have {⟨customer.tags⟩}\""), mismatch(None, Kind.TAGS)),
    (reward("1 point to ⟨channel⟩"), mismatch(Kind.CUSTOMER, Kind.TEXT)),
    (reward("1 point to ⟨customer.city⟩"), mismatch(Kind.CUSTOMER, Kind.TEXT)),
    (reward("1 point to gold or ⟨referrer⟩"), not_here("who")),
    (reward("⟨5 CNY discount to referrer⟩"), not_here("discount")),
    ("on every day award 1 point to top 5 by ⟨customer.city⟩",
     mismatch(Kind.NUMBER, Kind.TEXT)),
    ("on ⟨7 hours⟩ before birthday award 1 point", not_here("hours")),
    ("on 7 days before ⟨signup⟩ award 1 point", not_here("before-event")),
    ("on 7 days before ⟨customer.joined⟩ award 1 point", mismatch(Kind.DATE, Kind.DATETIME)),
]  # fmt: skip

OTHERS = [
    ("on dinner award 1 point to ⟨gold⟩",
     lambda span: AmbiguousName(span=span, part=1, name="gold")),
    ("on feast where ⟨number of items⟩ > 1 award 1 point",
     lambda span: AmbiguousName(span=span, part=1, name="dishes")),
    ("on review where ⟨first purchase⟩ award 1 point", impossible),
    ("on birthday where ⟨3rd purchase in this month⟩ award 1 point", impossible),
    (where("⟨hour > 23⟩"), impossible),
    (where("tier >= gold and ⟨tier < gold⟩"), impossible),
    (where("⟨tier > prime⟩"), impossible),
    (where("⟨number of purchases ever < 0⟩"), impossible),
    (where("number of purchases ever > 2 and ⟨number of purchases ever < 3⟩"), impossible),
    (where("⟨number of purchases ever = 1.5⟩"), impossible),
    (where("in segment lapsed and ⟨not in segment lapsed⟩"), impossible),
    (where("channel is unknown and ⟨channel is known⟩"), impossible),
    (where("number of purchases where (amount > 5 and ⟨amount < 3⟩) ever > 1"), impossible),
    (where("channel in list promo and ⟨channel = \"web\"⟩"), impossible),
    (reward("⟨110% discount⟩"), percent),
    (reward("⟨110% cashback⟩"), percent),
    (reward("deduct ⟨110%⟩ of points"), percent),
    (reward("discount by amount (from 100: ⟨150%⟩)"), percent),
    (reward("1 point ⟨with 101% chance⟩"), percent),
    (reward("1 point ⟨holdout 200%⟩"), percent),
    (reward("1 point ⟨funded by \"B\" 150%⟩"), percent),
    (reward("one of (⟨110%: 1 point⟩)"), percent),
    (reward("⟨one of (60%: 1 point, 50%: 2 points)⟩"),
     lambda span: PercentRange(span=span, part=1, total=True)),
    (reward("points by amount (from 100: 1, ⟨from 100: 2⟩)"),
     lambda span: StepsOrder(span=span, part=1)),
    (reward("points by each part of amount (from 100: 1, ⟨from 50: 2⟩)"),
     lambda span: StepsOrder(span=span, part=1)),
    (reward("1 point to ⟨top 5 by points⟩"),
     lambda span: TopOutsideSchedule(span=span, part=1)),
    ("on birthday award 1 point to ⟨5 at random⟩",
     lambda span: TopOutsideSchedule(span=span, part=1)),
    (reward("⟨5 USD⟩ cashback"), currency),
    (reward("donation ⟨5 USD⟩ for \"WWF\""), currency),
    (reward("10% discount at most ⟨5 USD⟩"), currency),
    (reward("1 point limit 5 ⟨USD⟩ per customer"), currency),
    (reward("⟨5 CNY discount per 0 spent⟩"), lambda span: ZeroStep(span=span, part=1)),
    (reward("1 point per 1 spent, ⟨0.5x points⟩"), lambda span: LowFactor(span=span, part=1)),
    (reward("⟨cheapest 4 of every 3 items free⟩"),
     lambda span: OutOfRange(span=span, part=1, least=1, most=3)),
    ("on checkin where ⟨distance to (91, 0)⟩ < 1 award 1 point",
     lambda span: OutOfRange(span=span, part=1, least=-90, most=90)),
    (reward("1 point priority 1 ⟨priority 2⟩"),
     lambda span: DuplicateName(span=span, part=1, name="priority", role="clause")),
    (reward("1 point never expires ⟨expires on 2027-01-01⟩"),
     lambda span: DuplicateName(span=span, part=1, name="expires", role="clause")),
    (reward("1 point from 2026-05-01 in campaign ⟨\"Spring\"⟩"),
     never),
    (where("⟨999999999999999999 * 10⟩ > amount"),
     lambda span: Overflow(span=span, part=1, digits=19, decimals=0)),
    (where("⟨0.1234567 * 0.1234567⟩ > amount"),
     lambda span: Overflow(span=span, part=1, digits=13, decimals=14)),
    (where("number of purchases ⟨in last 400000 days⟩ > 1"),
     lambda span: Overflow(span=span, part=1, digits=6, decimals=0)),
    (reward("1 point pending ⟨2000 years⟩"),
     lambda span: Overflow(span=span, part=1, digits=4, decimals=0)),
    (where("date = ⟨2026-02-30⟩"),
     lambda span: BadLiteral(span=span, part=1, kind="date", found="2026-02-30")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*NAMES, *TYPES, *OTHERS])
def test_a_problem_is_told_once_at_its_place(text: str, expected: Expected) -> None:
    _, span, problems = found(text, HEAD)
    assert problems == (expected(span),)
