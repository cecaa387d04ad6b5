"""Rules, catalogue rewards, challenges, guards and whole texts of drawn programs."""

from __future__ import annotations

from tests.strategies.programs.conditions import EVENTS, Scope, condition, segment, tier
from tests.strategies.programs.draft import Choice, Draft
from tests.strategies.programs.rewards import allowance, clauses, rewards, unit

BASE = 'rule "base": on purchase award 1 point per 1 spent'


# What a rule can be on beside events, each a topic.
ON = ("timers", "derived", "calendar", "challenges")


def rule(draft: Draft, name: str, *, focused: bool = False) -> str:
    """A rule on events, or of the topics on a timer or on what an event has led to."""
    kinds = [kind for kind in ON for _ in range(draft.weight(kind) // 2)]
    kind = draft.one("events", "events", *kinds)
    if focused and draft.focus in ON:
        kind = draft.focus
    if kind == "events":
        return _on_events(draft, name)
    trigger = {"timers": _timer, "derived": _derived, "calendar": _calendar}.get(kind, _completed)
    scope = Scope()
    on = trigger(draft)
    where = f" where {condition(draft, scope, 1)}" if draft.once_in(4) else ""
    # A tier given on a change of tier could give its own cause.
    given = rewards(
        draft, scope, kind="any", tiers=kind in ("timers", "calendar"), calendar=kind == "calendar"
    )
    said = clauses(draft, scope, kind="any")
    return f'rule "{name}": on {on}{where} award {given} {said}'.rstrip()


def _on_events(draft: Draft, name: str) -> str:
    events = draft.one(*["purchase"] * 8, *EVENTS)
    if draft.has("referrals"):
        events = draft.one("purchase", "referral", "signup")
    if draft.has("redemption") and draft.once_in(5):
        events = "redeem"
    if events == "dinner":
        draft.dinner()
    elif events in ("review", "visit") and draft.once_in(3):
        events += " or checkin"
    scope = Scope(tuple(events.split(" or ")))
    discount = scope.events == ("purchase",) and draft.has("money") and draft.once_in(2)
    kind = "discount" if discount else "any"
    where = f" where {condition(draft, scope)}" if _is_conditional(draft) else ""
    given = rewards(draft, scope, kind=kind, tiers=True)
    # A group holds discounts or other rewards: one with both goes into none.
    mixed = kind == "any" and ("discount" in given or " free" in given)
    said = clauses(draft, scope, kind=kind)
    if mixed and "only " in said:
        said = ""
    return f'rule "{name}": on {events}{where} award {given} {said}'.rstrip()


def _is_conditional(draft: Draft) -> bool:
    """True where a rule has a condition: seldom where it is about something else."""
    return draft.once_in(2 if draft.focus in (None, "history", "segments", "large") else 4)


# --- triggers -----------------------------------------------------------------------------------


def _at(draft: Draft) -> str:
    return draft.one("", "", " at 09:00", " at 02:30", " at 00:00")


def _calendar(draft: Draft) -> str:
    return draft.one(
        f"every {draft.one('sunday', 'monday')}{_at(draft)}",
        f"every day{_at(draft)}",
        f"day {draft.one('1', '31', '15')} of every month{_at(draft)}",
        f"last day of every month{_at(draft)}",
    )


def _timer(draft: Draft) -> str:
    days = f"{draft.number(1, 8)} days"
    return draft.one(
        lambda: f"{days} without {draft.one('purchase', 'checkin')}",
        "birthday",
        "anniversary",
        f"{days} before birthday",
        f"{days} after {draft.one('signup', 'purchase', 'review')}",
        f"1 month after {draft.one('signup', 'purchase')}",
        lambda: f"{days} before {draft.customer('renewal')}",
        lambda: f"{unit(draft)} expiring in {days}",
    )


def _derived(draft: Draft) -> str:
    choices: list[Choice] = [
        lambda: f"tier upgrade{_to(draft)}",
        lambda: f"tier downgrade{_to(draft)}",
    ]
    if draft.has("segments"):
        choices += [lambda: f"{draft.one('entering', 'leaving')} segment {segment(draft)}"] * 2
    return draft.one(*choices)


def _to(draft: Draft) -> str:
    name = tier(draft)
    return draft.one("", f" to {name}")


def _completed(draft: Draft) -> str:
    challenge(draft)
    return 'challenge "Coffee week" completed'


# --- declarations that events go through --------------------------------------------------------


def challenge(draft: Draft) -> None:
    """A challenge of the program."""

    def made() -> str:
        inner = Scope(past="purchase")
        where = f" where ({condition(draft, inner, 0)})" if draft.once_in(2) else ""
        goals = draft.one(
            f"{draft.number(1, 3)} purchases{where}",
            f"{draft.number(1, 2)} purchases{where} and 1 review",
            lambda: f"{draft.number(2, 4)} items ({condition(draft, Scope(item=True), 0)})",
        )
        within = draft.one(f"{draft.number(1, 30)} days", "1 month")
        given = rewards(draft, Scope(), kind="any", tiers=False)
        once = draft.one("", " once per customer", " limit 2 times per customer per month")
        return f'challenge "Coffee week": {goals} within {within} award {given}{once}'

    draft.declare("challenge", made)


def guard(draft: Draft, name: str) -> str:
    """A guard on what is bought or signed up."""
    events = draft.one("purchase", "signup or purchase", "review")
    action = draft.one("hold", "reject", "flag")
    because = draft.one("", ' because "Too many"')
    where = condition(draft, Scope(tuple(events.split(" or "))), 1)
    return f'guard "{name}": {action} {events} where {where}{because}'


def catalogue_reward(draft: Draft, name: str) -> str:
    """A reward of the catalogue."""
    price = f"{draft.number(1, 60)} {unit(draft)}"
    if draft.once_in(2):
        price += f" or {draft.number(1, 30)} {unit(draft)} + 5 {draft.currency}"
    options: list[Choice] = [
        "",
        f", stock {draft.number(1, 3)}",
        lambda: f", limit {draft.number(1, 2)} times per customer per month",
        lambda: f", where ({condition(draft, Scope(('redeem',)), 0)})",
    ]
    if draft.has("tiers"):
        options.append(lambda: f", to {tier(draft)} and above")
    return f'reward "{name}": {price}{draft.one(*options)}'


# --- whole texts --------------------------------------------------------------------------------


def statements(draft: Draft) -> list[str]:
    """The rules of a program and what stands beside them; its declarations are in the draft."""
    made = [BASE]
    if draft.has("expiry") or draft.has("redemption") or draft.has("refunds"):
        unit(draft)
    if draft.has("tiers"):
        tier(draft)
    if draft.has("challenges"):
        challenge(draft)
    if draft.has("guards"):
        made.append(guard(draft, "Farm"))
    if draft.has("redemption"):
        draft.declare("reward", lambda: catalogue_reward(draft, "Free coffee"))
    count = draft.number(2, 4)
    made += [rule(draft, f"r{place}", focused=place == 1) for place in range(1, count + 1)]
    return made


def head(draft: Draft, zone: str) -> str:
    """The declaration of the program."""
    own = draft.some(0, 1, lambda: allowance(draft), " ") if draft.has("limits") else ""
    return f'program "P" timezone "{zone}" currency {draft.currency} {own}'.rstrip()
