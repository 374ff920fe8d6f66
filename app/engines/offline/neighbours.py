"""Between neighbouring acts what the line names decides: a plan, a number, an act; and what was spoken of."""

from __future__ import annotations

from functools import lru_cache

from app.core.actions import BY_TOOL
from app.core.company import in_use
from app.core.models import RELEVANT
from app.engines.offline import acts
from app.engines.offline.acts import REFUSALS, SELLING, SURE
from app.engines.offline.agreement import names_act
from app.engines.offline.conversation import Scene
from app.engines.offline.differences import compares
from app.engines.offline.entities import Slots, day_in, values_in
from app.engines.offline.intents import BY_NAME
from app.engines.offline.lexicon import (
    Stems,
    acts_of,
    beginnings,
    contains,
    manner,
    named_by,
    plain,
    values,
    whole,
)
from app.engines.offline.question_words import stems_of
from app.engines.offline.refusals import has_refusal
from app.engines.offline.reports import reported_act

NEXT = 3  # acts of a greeting that may be a demand besides
_OPEN = acts.LEANING - {"postpone", "refuse", "undo"} | {
    "",
    "ask_price",
    "ask_plans",
    "nonsense",
    "resume_plan",
    "ask_rules",
}
"""What may be the order of a thing that is named."""
NUMBERS = {"ticket": "ask_ticket", "order": "ask_order", "payment": "ask_payments"}
"""What a number that is named asks for, where nothing else is demanded."""


def narrowed(act: str, slots: Slots, text: str, scene: Scene) -> str:
    """What is named decides between neighbours: a plan has a price, a booked call is moved, a day is past."""
    if reported := reported_act(act, text, scene):
        return reported
    if named := _of_sale(act, slots, text, scene) or _asks_by_name(act, text, scene):
        return named
    if act in REFUSALS and asks(text) and not _is_clear(act, scene):
        return "ask_rules"
    if named := _of_money(act, slots, text, scene):
        return named
    if act == "ask_number" and (asks_of := _record_named(text)):
        return asks_of
    if (
        act == "close_ticket"
        and contains(stems_of("cancel_subscription"), text)
        and not _names("ticket", text)
    ):
        return "cancel_plan"
    if act == "greeting" and (demand := _greeted_demand(text, scene)):
        return demand
    if (act in acts.DEMANDS or act == "correct") and (rather := _reads_rather(act, text, scene)):
        return rather
    if act == "close_ticket" and not contains(_nouns("close"), text) and scene.matter.act not in acts.TICKETS:
        return ""
    if act == "compensation" and "amount" in slots:
        return "credit"
    if act == "open_ticket" and any(contains(words.prefer, text) for words in named_by("developers")):
        return "developers"
    if act in acts.DEMANDS and contains(manner("how"), text):
        return "ask_rules"
    numbered = next((NUMBERS[kind] for kind in NUMBERS if kind in slots), "")
    if numbered and (act in acts.READS or act in ("", "give_data")):
        return numbered
    if not act and asks(text) and (asks_of := _record_named(text)):
        return asks_of
    if act == "open_ticket" and not _is_clear(act, scene) and may_be_fault(scene):
        return "fault"
    if act == "callback" and is_booked(scene):
        return "move_call"
    return "ask_outage" if act == "fault" and _is_past(text, scene) else act


def _is_past(text: str, scene: Scene) -> bool:
    """Of a day behind us, and over."""
    if contains(manner("lasting"), text) or _is_of_app(text, scene) or scene.today is None:
        return False
    day = day_in(text, scene.today, past=True)
    return day is not None and day < scene.today


def _of_sale(act: str, slots: Slots, text: str, scene: Scene) -> str:
    """Of what is sold: what a plan holds, a price, an order; empty where the line is about nothing of it."""
    if _asks_of_plan(act, slots, text, scene) or _asks_difference(act, text, scene):
        return "ask_plans"
    if _is_taken(act, slots, text, scene):
        return (
            "change_plan" if "plan" in slots and contains(verbs_of("change_subscription"), text) else "order"
        )
    if act == "ask_price" and scene.matter.act in acts.BOUGHT:
        return "ask_order"
    if act == "ask_plans" and "item" in slots:
        return "ask_price"
    if act in ("ask_rules", "ask_amount") and (named := _of_price(slots, text)):
        return named
    if _is_price_of_plan(act, slots, text, scene):
        return "ask_price"
    if act == "change_address" and {"goods", "quantity"} <= slots.keys() and "order" not in slots:
        return "order"
    if act in ("correct", "give_data", "ask_delivery", "confirm") and _is_order(act, slots, text, scene):
        return "order"
    discounted = "discount" in slots and act not in acts.DEMANDS and scene.matter.act in SELLING
    return "ask_price" if discounted else ""


def _asks_difference(act: str, text: str, scene: Scene) -> bool:
    """Of what is named, or of what is spoken of."""
    sold = scene.matter.act in SELLING or scene.proposal.get("tool") in (
        "create_order",
        "change_subscription",
    )
    weak = act not in acts.FIXED | acts.CANNOT and (
        act in {*_OPEN, *acts.READS, *acts.LOOKED_UP} or asks(text)
    )
    return weak and compares(text) and (sold or bool(values_in("item", plain(text))))


def _is_taken(act: str, slots: Slots, text: str, scene: Scene) -> bool:
    """A thing and its terms, and no question: "business for a year", "two hubs", "then monthly"."""
    question = asks(text if act else beginnings(manner("may_i")).sub(" ", plain(text)))
    own = contains(manner("own"), text) and not contains(manner("take"), text)
    if act not in _OPEN or question or own or contains(manner("cost"), text):
        return False
    if scene.matter.act in acts.BOUGHT:
        return False
    spoken_of = scene.matter.act in SELLING and "item" in scene.matter.slots
    if not (spoken_of or "item" in slots) or has_refusal(text):
        return False
    terms = not slots.keys().isdisjoint(("period", "quantity", "delivery"))
    return (
        terms
        or ("item" in slots and contains(manner("take"), text))
        or (spoken_of and whole(manner("take")).search(plain(text)) is not None)
    )


def _of_money(act: str, slots: Slots, text: str, scene: Scene) -> str:
    if scene.proposal and act in ("ask_payments", "ask_debt") and _asks_sum(slots, text):
        return "ask_amount"
    rest = act == "ask_refund_status" and not scene.deeds and contains(manner("rest_back"), text)
    back = act in ("cancel_plan", "ask_amount") and _asks_money_back(text)
    return "refund" if rest or back else ""


def _asks_sum(slots: Slots, text: str) -> bool:
    """Of what is put: "how much was it again?"."""
    return "item" not in slots and contains(manner("cost"), text) and not contains(manner("charged"), text)


def _record_named(text: str) -> str:
    """What asks about the ticket, the order or the payment that the line names."""
    return next((act for kind, act in NUMBERS.items() if _names(kind, text)), "")


def _greeted_demand(text: str, scene: Scene) -> str:
    """Whoever says hello and orders an act in one breath wants the act."""
    part = next((each for each in scene.parts if each.text == text), None)
    read = part.reading.acts[:NEXT] if part else ()
    likely = [act for act, p in read if act in acts.DEMANDS and p >= acts.NEAR]
    return next((act for act in likely if contains(verbs_of(BY_NAME[acts.DEMANDS[act]].tool), text)), "")


@lru_cache
def verbs_of(tool: str) -> Stems:
    """How an act that needs consent is ordered, as beginnings of words."""
    said = {act.lstrip("+=").rstrip("*") for words in acts_of(tool) for act in words.act}
    return tuple(act for act in said if " " not in act)


def _names(kind: str, text: str) -> bool:
    return contains(values("numbered")[kind], text)


def asks(text: str) -> bool:
    return "?" in text or contains(manner("question"), text)


def _asks_money_back(text: str) -> bool:
    """What would be returned is told before anything is."""
    money = tuple(stem for words in acts_of("refund_payment") for stem in (*words.deed, *words.given))
    return "?" in text and contains((*money, *manner("back")), text)


def _reads_rather(act: str, text: str, scene: Scene) -> str:
    """A question that may be no demand at all is what it nearly as likely asks about the same thing; with a
    "not" in it, it makes sure of what is proposed."""
    part = next((each for each in scene.parts if each.text == text), None)
    if part is None or "?" not in text or part.reading.p(act) >= SURE:
        return ""
    if scene.proposal and contains(manner("negation"), text):
        return "ask_sure"
    near = [(p, read) for read, p in part.reading.acts if read in acts.READS and acts.related(read, act)]
    p, read = max(near, default=(0.0, ""))
    return read if p >= max(acts.LIKELY, part.reading.p(act) / 2) else ""


def _of_price(slots: Slots, text: str) -> str:
    """A rule that is asked about a thing that is sold, or for so many people, is its price."""
    counted = slots.get("people", 1) > 1 and asks(text)
    return "ask_price" if counted or ("item" in slots and contains(manner("cost"), text)) else ""


def _is_price_of_plan(act: str, slots: Slots, text: str, scene: Scene) -> bool:
    """What a plan that is named will cost, whenever it is paid; at the beginning, what we cost."""
    if act == "ask_amount":
        return not scene.agent_lines
    costs = contains(manner("cost"), text) and not contains(manner("until"), text)
    return act == "ask_next_charge" and "plan" in slots and costs


def _is_order(act: str, slots: Slots, text: str, scene: Scene) -> bool:
    """Goods and how they are to come, and no question: an order, which is asked about before it is placed."""
    known = scene.matter.slots if scene.matter.act in SELLING and scene.matter.act != "order" else {}
    asks = "?" in text or (act == "ask_delivery" and not contains(manner("wish"), text))
    bought = scene.matter.act in acts.BOUGHT
    return not asks and not bought and "delivery" in slots and "goods" in {**known, **slots}


def _asks_of_plan(act: str, slots: Slots, text: str, scene: Scene) -> bool:
    """How much room a plan has, or how many people it takes: the plan is named, or was just spoken of."""
    asks = act in ("ask_plans", "ask_price", "ask_usage") and slots.get("people", 1) < 2
    if not asks or not contains(named_facts(), text):
        return False
    spoken_of = scene.matter.act in SELLING and "plan" in scene.matter.slots
    own = act == "ask_usage" and contains(manner("own"), text)
    return "plan" in slots or (spoken_of and "item" not in slots and not own)


def _asks_by_name(act: str, text: str, scene: Scene) -> str:
    """What no act is learnt for, and is named: the version of the app, and what becomes of the files."""
    if act in acts.DEMANDS or act in acts.FIXED or act in acts.PASSING or act in ("fault", "foreign_product"):
        return ""
    if contains(manner("version"), text) and contains(manner("question"), text):
        return "ask_devices"
    if not contains(manner("files"), text):
        return ""
    ends = act == "ask_rules" and scene.matter.act in acts.ENDING
    lost = contains(manner("lose"), text) and (act in acts.LOOKED_UP or asks(text))
    return "ask_files" if ends or lost else ""


def _is_of_app(text: str, scene: Scene) -> bool:
    """An article explains it, and it names no part of the service: the day is that of an update, not of an
    outage."""
    best = scene.best(RELEVANT)
    return best is not None and best.id in in_use().profile.app_faults and not services_in(text)


def services_in(text: str) -> list[str]:
    """Parts of the service that have outages of their own."""
    return [name for name, stems in values("service").items() if contains(stems, text)]


def named_facts() -> tuple[str, ...]:
    """Words for what a plan has beside its price."""
    return tuple(stem for stems in values("fact").values() for stem in stems)


def _nouns(skill: str) -> tuple[str, ...]:
    return tuple(stem for words in named_by(skill) for stem in words.thing)


def closing_words() -> tuple[str, ...]:
    return tuple(stem for words in named_by("close") for stem in words.act)


def may_be_fault(scene: Scene) -> bool:
    """A first message that may tell of a fault: what the records know of it comes before a question back."""
    return not scene.agent_lines and any(part.reading.p("fault") >= acts.HINTED for part in scene.parts)


def _is_clear(act: str, scene: Scene) -> bool:
    return any(part.reading.p(act) >= acts.LIKELY for part in scene.parts)


def named_demand(text: str, scene: Scene) -> str:
    """The act near the open matter that the line orders by its name; only of those that need consent."""
    matter = scene.matter
    near = (matter.offered, matter.act, *(act for act in acts.DEMANDS if acts.related(act, matter.act)))
    skills = ((act, BY_NAME[acts.DEMANDS[act]]) for act in near if act in acts.DEMANDS)
    asked = ((act, skill.tool) for act, skill in skills if BY_TOOL[skill.tool].consent)
    return next((act for act, tool in asked if names_act(tool, text, "")), "")


def is_booked(scene: Scene) -> bool:
    return any(deed.tool == "book_callback" and deed.status == "done" for deed in scene.deeds)
