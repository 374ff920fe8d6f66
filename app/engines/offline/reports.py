"""What a line reports: a payment that does not go through, a way out that helped, or that did not."""

from __future__ import annotations

from app.engines.offline import acts
from app.engines.offline.conversation import LinePart, Scene
from app.engines.offline.lexicon import Stems, clauses, contains, manner, plain

UNLIKE_PAYING = frozenset({"card_stolen", "foreign_product"})
"""What is said of cards and banks, and is no payment that does not go through."""
HELPED = "helped"
SHORT = 8  # words


def fails_to_pay(text: str) -> bool:
    """Neither a refund nor a charge by others is meant, nor another's product."""
    if contains((*manner("theft"), *manner("back"), *manner("give_back")), text):
        return False
    said = clauses(plain(text))
    failed = (contains(manner("paying"), each) and contains(manner("declined"), each) for each in said)
    return contains(manner("unpaid"), text) or any(failed)


def is_no_alarm(act: str, text: str) -> bool:
    """A card that is declined, or that paid at last, was not stolen; a password that is forgotten neither."""
    if contains(manner("theft"), text):
        return False
    if act == "hacked":
        return contains(manner("forgotten"), text)
    return act in UNLIKE_PAYING and (fails_to_pay(text) or tells_success(text))


def tells_success(text: str) -> bool:
    """What was tried did help."""
    return any(
        contains(manner("worked"), each) and not contains(manner("negation"), each)
        for each in clauses(plain(text))[-2:]
    )


def is_in_vain(text: str) -> bool:
    """Short: a longer line tells something else besides."""
    return "?" not in text and len(text.split()) <= SHORT and contains(manner("in_vain"), text)


def reported_act(act: str, text: str, scene: Scene) -> str:
    """Who asks what they get for a trouble wants amends. A payment that fails is a fault, whatever else is
    said of cards; one that went through is none more."""
    hurt = act in {*acts.OF_OUTAGE, *acts.LEANING, *acts.LOOKED_UP, ""} and contains(manner("outage"), text)
    if hurt and contains(manner("amends"), text):
        return "compensation"
    if "?" in text:
        return ""
    p = max((part.reading.p(act) for part in scene.parts), default=0.0)
    wanted = act in acts.DEMANDS and (p >= acts.CERTAIN or contains(manner("wish"), text))
    if not wanted and act not in acts.FIXED | acts.PASSING and fails_to_pay(text):
        return "fault"
    fails = max((part.reading.p("fault") for part in scene.parts), default=0.0) >= acts.DEMANDED
    if act in acts.CALLS and p < acts.SURE and fails:  # of calls with others, which are ours
        return "fault"
    weak = act in acts.READS and p < acts.SURE
    open_to = (weak or act in ("", "tried", "acknowledge", "thanks")) and bool(scene.agent_lines)
    return "solved" if open_to and tells_success(text) else ""


def how_it_went(part: LinePart) -> str:
    """The act that answers whether the steps helped; a bare yes or no does. Empty where none does."""
    best, text = part.reading.best, part.text
    other = best in {*acts.WANTED, *acts.FIXED} - {"fault"} and not is_no_alarm(best, text)
    wanted = other and part.reading.p(best) >= acts.SURE
    said = {"confirm": "solved", "refuse": "unsolved"}.get(best, best)
    if not wanted and best != "unsolved" and "?" not in text and tells_success(text):
        return "solved"
    if said not in acts.REPORTS and best != "fault" and not wanted and is_in_vain(text):
        return "tried"
    return said if said in acts.REPORTS else ""


def mailing_words(scene: Scene) -> Stems:
    """Where a way out was told, of which letters may be a part, only words for a farewell to them count."""
    is_tried = scene.matter.asked == HELPED or scene.matter.offered in acts.AFTER_STEPS
    return manner("unsubscribe" if is_tried else "mailing")
