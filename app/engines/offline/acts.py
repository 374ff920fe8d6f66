"""The acts of a conversation (`docs/understanding.md`), and what each of them leads to."""

from __future__ import annotations

DEMANDS = {
    "refund": "refund",
    "cancel_plan": "cancel",
    "resume_plan": "resume",
    "order": "order",
    "cancel_order": "cancel_order",
    "change_plan": "change",
    "change_address": "redirect",
    "pay_link": "link",
    "open_ticket": "ticket",
    "add_to_ticket": "update",
    "close_ticket": "close",
    "complaint": "complaint",
    "callback": "callback",
    "move_call": "move_call",
    "cancel_call": "cancel_call",
    "compensation": "compensation",
    "credit": "credit",
    "developers": "developers",
}
"""Skills by the act that demands them."""
OPPOSITES = frozenset({"cancel_plan", "resume_plan"})
"""Not to do the one demands the other: "don't renew it"."""
READS = {
    "ask_payments": "payments",
    "ask_order": "orders",
    "ask_ticket": "tickets",
    "ask_call": "calls",
    "ask_outage": "status",
    "ask_price": "quote",
    "ask_plans": "plans",
    "ask_delivery": "delivery",
    "ask_refund_status": "refunds",
    "ask_plan": "plan",
    "ask_next_charge": "next_charge",
    "ask_debt": "debt",
    "ask_usage": "usage",
    "ask_devices": "devices",
    "ask_files": "files",
}
"""Skills by the act that asks what the records know; the last two are heard by name (`neighbours.py`)."""
ENDING = frozenset(
    {"refund", "cancel_plan", "change_plan", "resume_plan", "delete_account",
     "ask_plan", "ask_next_charge", "ask_debt", "pay_link"}
)  # fmt: skip
"""Beside which a question about files is what becomes of them."""
LOOKED_UP = frozenset({"ask_how", "ask_rules", "fault"})
"""Answered from the articles."""
ASIDE = frozenset({*READS, *LOOKED_UP})
"""Questions that may be asked before one of ours is answered."""
WANTED = frozenset({*DEMANDS, *ASIDE, "person"})
"""What a line wants that does not lean on what was said before."""
CANNOT = frozenset({"delete_account", "unsubscribe_mail"})
"""What no tool does: the answer says so, and how it is done."""
FIXED = frozenset(
    {"phishing", "card_stolen", "hacked", "bereavement", "self_harm", "are_you_human", "injection"}
)
"""Answered in reviewed words, before anything is searched."""
CHAT = frozenset({"foreign_product", "nonsense", "small_talk", "vent", "ask_repeat", "ask_abilities"})
CHATTED = 0.35
"""From here a line is talk of that kind; a request that is taken for talk is lost."""
BESIDE = ASIDE | {"foreign_product", "small_talk", "ask_abilities"}
"""What leaves a question of ours open."""
STILL = frozenset({"", "tried", "give_data", "acknowledge", "solved", "unsolved", "fault", "ask_how"})
"""After an alarm these go on about it."""
REPORTS = frozenset({"solved", "unsolved", "tried"})
"""How the steps went."""
AFTER_STEPS = ("open_ticket", "developers", "person")
"""What is offered where no step is left."""
COURTESIES = frozenset({"greeting", "thanks", "goodbye"})
ALARM = 0.5
"""From here a fixed answer is given: a wrong one frightens."""
OTHER_ALARM = 0.8
"""From here it is another one than that which is open."""
URGENT = frozenset({"phishing", "card_stolen", "hacked", "bereavement", "self_harm"})
LEANING = frozenset(
    {
        "ask_when", "ask_amount", "ask_number", "ask_sure", "ask_why", "confirm", "refuse", "postpone",
        "correct", "undo", "give_data", "acknowledge", "tried", "solved", "unsolved",
    }
)  # fmt: skip
"""They mean something only beside what was said before."""
SHORT_QUESTIONS = frozenset({"ask_when", "ask_amount", "ask_number", "ask_sure", "ask_why"})
STORIES = frozenset({"fault", "vent", "complaint"})
"""What a ticket or a note is made of: no other wish where we asked for its words."""
BOUGHT = frozenset({"ask_order", "cancel_order", "change_address", "pay_link"})
"""After these a price that is asked is that of the order."""
DELIVERED = frozenset({"order", "change_address"})
"""Where and how something is to come is said in the same words for both."""
SELLING = frozenset({"order", "change_plan", "pay_link", "ask_price", "ask_plans", "ask_delivery"})
"""What one of them names (a plan, a period) holds for the next one too."""
ASSENTS = frozenset({"confirm", "acknowledge"})
REFUSALS = frozenset({"refuse", "postpone", "goodbye"})
MONEY = frozenset({"refund", "ask_payments", "ask_refund_status", "ask_debt", "ask_next_charge"})
PLAN = frozenset(
    {"cancel_plan", "resume_plan", "change_plan", "ask_plan", "ask_next_charge", "ask_usage", "ask_debt"}
)
ORDERS = frozenset(
    {"order", "cancel_order", "change_address", "pay_link", "ask_order", "ask_delivery", "ask_price"}
)
REPORTED = frozenset({"open_ticket", "add_to_ticket", "ask_ticket"})
"""After these a ticket is open that success makes needless."""
TICKETS = frozenset(
    {"open_ticket", "add_to_ticket", "close_ticket", "ask_ticket", "fault", "ask_outage", "compensation"}
)
CALLS = frozenset({"callback", "move_call", "cancel_call", "ask_call"})
FAMILIES = (MONEY, PLAN, ORDERS, TICKETS, CALLS)
"""Acts about one thing: after one of them another is likelier."""
NEARER = 2.0  # how much likelier
AGAIN = 0.25
"""How likely what was just done is to be demanded once more."""
FREE_ACTS = frozenset(
    {
        "open_ticket",
        "add_to_ticket",
        "close_ticket",
        "complaint",
        "callback",
        "move_call",
        "cancel_call",
        "compensation",
    }
)
"""Done at once, so that they have to be meant; below `LIKELY` they are offered."""
OF_OUTAGE = frozenset({"ask_outage", "fault", "compensation"})
"""Matters within which what is asked for is days for an outage; outside them its words have to be said."""
PASSING = frozenset({*COURTESIES, "acknowledge", "confirm", "solved", "refuse", "declined", "postpone"})
"""They end a matter: after them a wish that waits may take the customer to another desk."""
LEAST, LIKELY, SURE = 0.12, 0.3, 0.6
"""Below the first an act is none; from the last it counts even where something else was asked."""
CERTAIN = 0.9
"""From here a ticket is closed though no word for closing stands there."""
HINTED = 0.05
NEAR = 0.1
"""From here a question about the records is answered before we ask back."""
DEMANDED = 0.2
"""From here a demand counts: what it leads to is asked about, but a wrong question annoys."""
WEAK = 0.3
"""Below this a detail of the open matter that the line names says more than its act."""


def related(act: str, other: str) -> bool:
    return any({act, other} <= family for family in FAMILIES)
