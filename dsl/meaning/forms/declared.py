"""Literals, declarations, and what units and tiers may say of themselves."""

from __future__ import annotations

from dsl.meaning.forms.form import Form, Section

LITERALS = Section(
    "Literals",
    "Numbers have at most 18 digits, 12 of them decimals; texts compare exactly, case included.",
    "parameter some: {}",
    (
        Form("NUMBER", "An exact decimal.", "19.90", "0.1234567890123", "overflow"),
        Form("NUMBER%", "A hundredth of it.", "5%", "5 %%", "syntax"),
        Form("NUMBER CURRENCY", "Money.", "10 USD", "10 EUR", "unknown-currency"),
        Form(
            '"TEXT"',
            'A text on one line; `\\"` is a quote in it, `\\\\` a backslash.',
            '"gold \\"star\\""',
            '"gold \\star"',
            "bad-literal",
        ),
        Form("true | false", "A flag.", "true", "trueish", "syntax"),
        Form(
            "YYYY-MM-DD",
            "A date in the program's timezone.",
            "2026-11-11",
            "2026-02-30",
            "bad-literal",
        ),
        Form(
            "YYYY-MM-DD HH:MM",
            "A date and time there.",
            "2026-11-11 20:00",
            "2026-11-11 24:00",
            "bad-literal",
        ),
        Form("HH:MM", "A time of day.", "14:00", "14:60", "bad-literal"),
        Form("monday … sunday", "A day of the week.", "monday", "mondey", "syntax"),
        Form("january … december", "A month.", "january", "janury", "syntax"),
    ),
)

DECLARATIONS = Section(
    "Declarations",
    "Each stands by itself, in any order with rules. Options follow a colon.",
    "{}",
    (
        Form(
            'program "NAME" [timezone "ZONE"] [currency CODE] [LIMITS]',
            "The program's name, where it counts time and money, and limits over all its rules; "
            'without it `"default"`, UTC and USD. Once in a program.',
            'program "Tea Club" timezone "Asia/Shanghai" currency USD '
            "limit 5000 points per customer per month",
            'program "Tea Club" timezone "Europe/Berlni"',
            "unknown-timezone",
        ),
        Form(
            "attributes of HOLDER: NAME TYPE, …",
            "Adds attributes to `customer`, `item`, an event, or `any event`.",
            "attributes of item: organic flag, supplier text",
            "attributes of custmer: nickname text",
            "unknown-name",
        ),
        Form(
            "event NAME[: NAME TYPE, …]",
            "Declares an event; of a built-in event it adds attributes.",
            "event tasting: guests number, host customer",
            "event tasting: guests number, guests text",
            "duplicate-name",
        ),
        Form(
            "unit NAME[: OPTIONS]",
            "Declares what can be awarded beside `points`, or says more of `points`.",
            "unit stars: precision 1, expire 12 months after earned",
            "unit miles",
            "duplicate-name",
        ),
        Form(
            "tier NAME: ITEMS[, OPTIONS]",
            "Declares a tier; a later one in the text is higher. `by award` in place of items: it "
            "is held only where a rule gives it.",
            "tier platinum: 10000 spent in last 12 months and 20 purchases in last 12 months",
            "tier platinum: 10000 spent in last 12 months and 5 lunches in last 12 months",
            "unknown-name",
        ),
        Form(
            "segment NAME: CONDITION",
            "Declares customers by a condition, settled before each event and at each midnight.",
            "segment students: customer.student and days since joined < 365",
            'segment students: customer.student = "yes"',
            "type-mismatch",
        ),
        Form(
            "list NAME: CONSTANT, …",
            "Declares values to be named by `in list`.",
            'list capitals: "Beijing", "Paris"',
            'list promo_skus: "A-3"',
            "duplicate-name",
        ),
        Form(
            'parameter NAME: CONSTANT ["DESCRIPTION"]',
            "Declares a named constant, asked for when a program is copied.",
            'parameter most: 500 "Most points of one purchase"',
            "parameter most: 2026-02-30",
            "bad-literal",
        ),
        Form(
            'campaign "NAME": CLAUSES',
            "Declares what rules `in campaign` share: dates, limits, budgets, `once`.",
            'campaign "Autumn": from 2026-09-01 through 2026-11-30 budget 50000 points',
            'campaign "Autumn": from 2026-09-01 until 2026-08-01',
            "never-in-force",
        ),
        Form(
            'gift "NAME"[: worth MONEY, cost MONEY, stock N]',
            "What a gift is worth to a customer and costs the program, and how many there are; "
            "likewise `coupon`, `badge` and `perk`. None of them needs a declaration.",
            'coupon "WELCOME10": worth 10 USD, stock 100',
            'coupon "WELCOME10": worth 10 EUR',
            "unknown-currency",
        ),
        Form(
            'reward "NAME": PRICE [or PRICE][, OPTIONS]',
            "What customers redeem: a price is an amount of a unit, with or without money beside "
            "it. Options: `to AUDIENCE`, `where (CONDITION)`, `stock N`, limits, `once`.",
            'reward "Free coffee": 150 points or 80 points + 5 USD, to silver and above, '
            'where (channel = "store"), stock 100',
            'reward "Free coffee": 150 pints',
            "unknown-name",
        ),
        Form(
            'challenge "NAME": GOALS within DURATION award REWARDS [CLAUSES]',
            "So many events or items inside one window; completing it gives the rewards.",
            'challenge "Tasters": 3 purchases where (any item (category = "tea")) and 1 review '
            "within 7 days award 100 points",
            'challenge "Tasters": 3 lunches within 7 days award 100 points',
            "unknown-name",
        ),
        Form(
            'challenge "NAME": N items (CONDITION) within DURATION award …',
            "The same for so many items of purchases, by quantity.",
            'challenge "Tea lovers": 10 items (category = "tea") within 1 month award 100 points',
            'challenge "Tea lovers": 10 items (categry = "tea") within 1 month award 100 points',
            "unknown-name",
        ),
        Form(
            'guard "NAME": ACTION EVENT where CONDITION [because "TEXT"]',
            "`hold` keeps the event's awards until a person decides, `reject` gives none, `flag` "
            "lists the event for a person.",
            'guard "Signup farm": hold signup where number of signups by anyone with same device '
            "in last 1 day > 3",
            'guard "Signup farm": hold signups where amount > 3',
            "unknown-name",
        ),
    ),
)

UNIT_OPTIONS = Section(
    "Options of units",
    "After `unit NAME:`, by commas. Money stands for what one is worth, not for what is awarded.",
    "unit stars: {}",
    (
        Form(
            "expire N PERIODS after earned",
            "How long after the award it runs out, to the end of that local day.",
            "expire 12 months after earned",
            "expire 12 moons after earned",
            "syntax",
        ),
        Form(
            "expire at end of this|next month|quarter|year",
            "The last day it counts, by the calendar.",
            "expire at end of next year",
            "expire at end of last year",
            "syntax",
        ),
        Form(
            "pending DURATION",
            "How long after the award it can be spent.",
            "pending 14 days",
            "pending 14",
            "syntax",
        ),
        Form(
            "worth MONEY",
            "What one is worth, for budgets in money and for `only best of`.",
            "worth 0.01 USD",
            "worth 0.01 EUR",
            "unknown-currency",
        ),
        Form(
            "redeem at least N",
            "The least amount that is redeemed at a time.",
            "redeem at least 500",
            "redeem at least many",
            "syntax",
        ),
        Form(
            "redeem in steps of N",
            "What a redeemed amount is a multiple of.",
            "redeem in steps of 100",
            "redeem in steps",
            "syntax",
        ),
        Form(
            "precision N",
            "Its decimals; a unit is whole unless it says otherwise.",
            "precision 2",
            "precision 13",
            "overflow",
        ),
        Form(
            "round down|up|half up|half even",
            "How each award is rounded to its precision; down unless it says otherwise.",
            "round half up",
            "round sideways",
            "syntax",
        ),
        Form(
            "never below zero",
            "A refund takes back no more than there is.",
            "never below zero",
            "never below one",
            "syntax",
        ),
    ),
)

TIER_ITEMS = Section(
    "Items and options of tiers",
    "Items are joined by `and` and `or`; options follow by commas.",
    "tier platinum: {}",
    (
        Form(
            "N spent WINDOW",
            "The amounts of purchases in the window come to so much.",
            "10000 spent in last 12 months",
            "10000 spent in last 12 moons",
            "syntax",
        ),
        Form(
            "N UNIT earned WINDOW",
            "So much of a unit was earned (released) in the window.",
            "5000 points earned in this year",
            "5000 pints earned in this year",
            "unknown-name",
        ),
        Form(
            "N UNIT held",
            "So much of a unit can be spent now.",
            "300 miles held",
            "300 milez held",
            "unknown-name",
        ),
        Form(
            "N EVENT [where (CONDITION)] WINDOW",
            "So many events in the window.",
            "10 purchases where (amount >= 50) in last 12 months",
            "10 purchases where (amout >= 50) in last 12 months",
            "unknown-name",
        ),
        Form(
            "where (CONDITION)",
            "Any condition about the customer.",
            "where (days since joined > 365)",
            'where (customer.city > "B")',
            "type-mismatch",
        ),
        Form(
            "by award",
            "No items: held only where a rule gives it.",
            "by award",
            "by purchase",
            "syntax",
        ),
        Form(
            "keep DURATION",
            "How long it stays once reached, whatever the items say, and again where they hold "
            "at that day's end.",
            "10000 spent in last 12 months, keep 12 months",
            "10000 spent in last 12 months, keep 12",
            "syntax",
        ),
        Form(
            "keep until end of this|next month|quarter|year",
            "The same, to the end of a period of the calendar.",
            "10000 spent in last 12 months, keep until end of next year",
            "10000 spent in last 12 months, keep until end of last year",
            "syntax",
        ),
        Form(
            "grace DURATION",
            "How long it stays after items and keep have ended.",
            "10000 spent in last 12 months, grace 3 months",
            "10000 spent in last 12 months, grace 3 tiers",
            "syntax",
        ),
        Form(
            "one step at a time",
            "Customers rise and fall by one tier at a time.",
            "10000 spent in last 12 months, one step at a time",
            "10000 spent in last 12 months, two steps at a time",
            "syntax",
        ),
        Form(
            'perks "TEXT", …',
            "What its members are told they have.",
            '10000 spent in last 12 months, perks "Adviser", "Lounge"',
            "10000 spent in last 12 months, perks Adviser",
            "syntax",
        ),
    ),
)
