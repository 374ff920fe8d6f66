"""What differs between two plans, or between two things."""

from __future__ import annotations

from app.core.company import in_use
from app.engines.offline.conversation import Call, Move, Say, Scene
from app.engines.offline.differences import compares
from app.engines.offline.lexicon import beginnings, plain, skillbook, values
from app.engines.offline.responses import listed, worded
from app.engines.offline.slips import right_names
from app.engines.offline.wishes import Intent

PLANS, ACCOUNT, QUOTE = "list_plans", "account_facts", "quote"


def compare(wish: Intent, scene: Scene) -> Move | None:
    """None where nothing is compared, or only one thing is known of."""
    if not compares(wish.said):
        return None
    named = _named_in(right_names(plain(wish.said)))
    goods = [name for name in named if name in in_use().catalogue.goods]
    if len(goods) > 1:
        return _goods(goods, wish, scene)
    plans = [name for name in named if name in in_use().catalogue.plans]
    if len(plans) < 2 and (spoken_of := _spoken_of(scene)):
        plans = list(dict.fromkeys([*plans, spoken_of]))
    for tool in (ACCOUNT,) * (len(plans) == 1) + (PLANS,):
        if tool in scene.offered and scene.result(tool) is None:
            return Call(tool, {})
    return _plans(plans, wish, scene) if PLANS in scene.offered and plans else None


def _named_in(said: str) -> list[str]:
    """In their order; "the hub with the key" gives nothing up."""
    found = {name: beginnings(stems).search(said) for name, stems in values("item").items()}
    return [name for _, name in sorted((hit.start(), name) for name, hit in found.items() if hit)]


def _spoken_of(scene: Scene) -> str:
    """The plan that is put to the customer, or was spoken of before."""
    arguments = scene.proposal.get("arguments", {})
    plan = arguments.get("plan") or arguments.get("item") or scene.matter.slots.get("plan", "")
    return str(plan) if plan in in_use().catalogue.plans else ""


def _plans(names: list[str], wish: Intent, scene: Scene) -> Say | None:
    """Beside one plan that is named stands the customer's own."""
    facts, language = scene.result(PLANS) or {}, scene.language
    titles = [in_use().catalogue.plans[name].title(language) for name in names]
    if len(titles) == 1:
        titles.append(str((scene.result(ACCOUNT) or {}).get("plan", "")))
    rows = [row for row in facts.get("plans", ()) if row.get("plan") in titles]
    if not rows:
        return None
    text = listed(skillbook(language).skills["plans"].say, rows, facts, language)
    return Say(text, matter=wish.matter())


def _goods(names: list[str], wish: Intent, scene: Scene) -> Move:
    """What each is for, and its price."""
    language, quoted = scene.language, [facts for tool, facts in scene.results if tool == QUOTE]
    if QUOTE in scene.offered and len(quoted) < len(names):
        return Call(QUOTE, {"item": names[len(quoted)]})
    uses = in_use().words(language).get("uses", {})
    say = skillbook(language).skills["quote"].say
    prices = [worded(say, facts, language) for facts in quoted] or ["" for _ in names]
    told = [
        f"{price} {' '.join(uses.get(name, ()))}".strip() for name, price in zip(names, prices, strict=False)
    ]
    return Say("\n".join(f"• {text}" for text in told), matter=wish.matter())
