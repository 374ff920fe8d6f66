"""What the customer wants with the line just said: read with what was asked and known before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from app.core.courtesies import strip_courtesies
from app.core.models import CLEAR, OpenMatter, Reading
from app.core.ngrams import fold_line
from app.engines.offline import acts, choices
from app.engines.offline.acts import ASSENTS, LEANING, LEAST, REFUSALS, SELLING, SURE
from app.engines.offline.agreement import answer_to
from app.engines.offline.call_times import names_time
from app.engines.offline.calling_off import calls_off
from app.engines.offline.conversation import LinePart, Scene
from app.engines.offline.entities import Slots, slots_in
from app.engines.offline.forbidding import forbids, stops_renewal
from app.engines.offline.foreign import FOREIGN, names_foreign
from app.engines.offline.intents import BY_NAME, WHICH, Skill
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.neighbours import closing_words, is_booked, named_demand, named_facts, narrowed
from app.engines.offline.refusals import has_refusal
from app.engines.offline.reports import HELPED, how_it_went, is_in_vain, is_no_alarm, mailing_words
from app.engines.offline.terms import onward, other_terms

WHICHES = ("ordinal", "amount", "day", "order", "payment", "ticket", "incident", "booking")
BACKGROUND = ("item", "plan", "goods", "period", "quantity", "people", "delivery", "discount", "address")
TEXTS = ("subject", "note", "address")
OFFER, TOPIC, TIME = "offer", "topic", "time"
WEIGHED = 6  # acts of a reading that are looked at
FEW = 5  # words beside which a greeting or thanks may be all that is said
_NUMBER = re.compile(r"(?<![\d.,:])\d{1,2}(?![\d.,:]*\d)")
DECLINED = "declined"
"""The act of a line that says no to what we asked."""


@dataclass(frozen=True, slots=True)
class Intent:
    """`text` opened it, `said` is what was said now; `answers` is our question that it answers."""

    act: str
    text: str
    said: str
    slots: Slots = field(default_factory=dict)
    answers: str = ""
    is_meant: bool = True

    def matter(self, asked: str = "", offered: str = "") -> OpenMatter:
        known = {k: v for k, v in self.slots.items() if isinstance(v, str | int)}
        return OpenMatter(act=self.act, text=self.text, slots=known, asked=asked, offered=offered)


def skill_of(act: str) -> Skill | None:
    return BY_NAME.get(acts.DEMANDS.get(act) or acts.READS.get(act, ""))


def read_wishes(scene: Scene) -> list[Intent]:
    """In the order of saying, but what is urgent first; beside it only what is clear counts."""
    if not scene.proposal and scene.matter.asked in ("", OFFER) and calls_off(scene.now, scene):
        return [Intent("undo", scene.now, scene.now)]
    found = [_interpret(part, scene) for part in scene.parts]
    if any(wish.act in acts.URGENT for wish in found):
        clear = {part.reading.best for part in scene.parts if part.reading.p(part.reading.best) >= SURE}
        found = [wish for wish in found if wish.act in acts.URGENT or wish.act in clear]
    kept = [wish for wish in found if not _is_covered(wish.act, {other.act for other in found})]
    return sorted(kept, key=lambda wish: wish.act not in acts.URGENT)


def waiting_wishes(scene: Scene) -> list[Intent]:
    """Of earlier lines, as they stand: nothing of what was said since belongs to them."""
    return [
        _interpret(part, replace(scene, matter=OpenMatter(), parts=(part,), customer=[part.text]))
        for part in scene.later
    ]


def _is_covered(act: str, beside: set[str]) -> bool:
    """What only leads up to something else in the same message: a report of success, a demand."""
    if "solved" in beside and act in ("fault", "tried", "unsolved"):
        return True
    demands = (other for other in beside if other in acts.DEMANDS)
    return act in acts.READS and any(acts.related(act, demand) for demand in demands)


def _interpret(part: LinePart, scene: Scene) -> Intent:
    matter, text = scene.matter, part.text
    if matter.asked and not scene.by_person and (answer := _answer(part, scene)):
        return answer
    act = "cancel_plan" if stops_renewal(part) else best_act(part, scene)
    if _only_forbids(act, part):
        return Intent(DECLINED, text, text)
    if act in ("confirm", "correct") and not scene.proposal:  # there is nothing to agree to
        act = named_demand(text, scene) or act
    slots = slots_in(scene.now if _is_alone(act, scene) else text, scene.today, _is_past(act))
    read, act = act, narrowed(act, slots, text, scene)
    wish = Intent(act, text, text, slots)
    weak = act == read and part.reading.p(act) < acts.WEAK
    if weak and act != matter.act and (changed := corrected(wish, scene)):
        return changed
    if {act, matter.act} <= SELLING and (act != "ask_plans" or contains(named_facts(), text)):
        known = {k: v for k, v in matter.slots.items() if k in BACKGROUND}
        wish = replace(wish, slots=onward(known, wish.slots))
    return replace(wish, is_meant=_is_meant(act, part, scene))


def _is_alone(act: str, scene: Scene) -> bool:
    """The only demand of the line: what else the line names belongs to it."""
    demands = [part for part in scene.parts if part.reading.best in acts.DEMANDS]
    return act in acts.DEMANDS and len(demands) <= 1


def _is_meant(act: str, part: LinePart, scene: Scene) -> bool:
    """A call at a time that is named is wanted."""
    if act in acts.FREE_ACTS and part.reading.p(act) < SURE and contains(manner("negation"), part.text):
        return False
    if act == "compensation" and scene.matter.act not in acts.OF_OUTAGE:
        return contains(manner("outage"), part.text)
    timed = act in acts.CALLS and scene.clock is not None and names_time(part.text, scene.clock)
    return timed or act not in acts.FREE_ACTS or part.reading.p(act) >= acts.LIKELY


def best_act(part: LinePart, scene: Scene) -> str:
    """Empty where none is likely. What leans on nothing means nothing; near the matter an act is likelier."""
    weighed = [
        (p * _likelier(act, scene), act)
        for act, p in part.reading.acts[:WEIGHED]
        if _is_possible(act, p, part.text, scene)
    ]
    p, act = max(weighed, default=(0.0, ""))
    least = acts.DEMANDED if act in acts.DEMANDS else LEAST
    return act if p >= least else _passing(part, scene)


def _likelier(act: str, scene: Scene) -> float:
    """Near the matter an act is likelier; the demand that was just served is seldom made again."""
    skill = skill_of(act)
    if act == scene.matter.act and skill and not skill.reads:
        served = any(deed.tool == skill.tool and deed.status == "done" for deed in scene.deeds)
        return acts.AGAIN if served else acts.NEARER
    return acts.NEARER if acts.related(act, scene.matter.act) else 1


def _passing(part: LinePart, scene: Scene) -> str:
    """Thanks beside words that are not understood; several ways to end a matter, none likely alone."""
    if not scene.agent_lines or "?" in part.text:
        return ""
    if contains(manner("thanks"), part.text):
        return "thanks"
    ends = sum(part.reading.p(act) for act in acts.PASSING)
    likeliest = max((p for act, p in part.reading.acts if act not in acts.PASSING), default=0.0)
    return "acknowledge" if ends > max(LEAST, likeliest) else ""


def _is_possible(act: str, p: float, text: str, scene: Scene) -> bool:
    """A greeting before a request is none; a reviewed answer needs a clear cause."""
    if act in acts.COURTESIES:
        return p >= SURE or len(strip_courtesies(fold_line(text)).split()) <= FEW
    if act == "close_ticket" and p < (SURE if contains(closing_words(), text) else acts.CERTAIN):
        return False  # "open a ticket" is nearly the same words, and so is a word on one that waits
    if is_no_alarm(act, text):
        return False
    if act == "unsubscribe_mail" and not contains(mailing_words(scene), text):
        return False
    if {act, scene.matter.act} <= acts.URGENT and act != scene.matter.act:
        return p >= acts.OTHER_ALARM
    if act in acts.FIXED | acts.CANNOT:
        return p >= acts.ALARM
    if act == "undo" and p < SURE and not scene.proposal and not scene.deeds:
        return False
    if act == FOREIGN and scene.best(CLEAR) and not names_foreign(text):
        return False
    if act in acts.CHAT:
        return p >= acts.CHATTED
    leans = act in LEANING and act != "ask_amount"  # of nothing that was said it asks what we cost
    return (bool(scene.agent_lines) or not leans) and not _is_forbidden(act, text)


def _only_forbids(act: str, part: LinePart) -> bool:
    """Nothing else is asked or demanded beside what is not to be done, however the line was read."""
    near = (each for each in acts.DEMANDS if acts.related(each, act) or part.reading.p(each) >= acts.HINTED)
    forbidden = [each for each in near if _is_forbidden(each, part.text)]
    asks = act in acts.ASIDE and ("?" in part.text or contains(manner("question"), part.text))
    apart = act in acts.OPPOSITES or not any(acts.related(act, each) for each in forbidden)
    return bool(forbidden) and not asks and not (apart and act in acts.DEMANDS)


def _is_forbidden(act: str, text: str) -> bool:
    """ "Don't cancel it" demands nothing."""
    skill = BY_NAME.get(acts.DEMANDS.get(act, ""))
    return skill is not None and forbids(skill.tool, text)


def _answer(part: LinePart, scene: Scene) -> Intent | None:
    """What the line answers, if it answers our question at all."""
    matter, reading = scene.matter, part.reading
    best, other = reading.best, _other_demand(reading, matter)
    if matter.asked == TOPIC:
        return None
    if matter.asked == HELPED:
        said = how_it_went(part)
        return Intent(said, matter.text, part.text, dict(matter.slots), HELPED) if said else None
    if matter.asked == OFFER:
        if matter.offered in acts.AFTER_STEPS and best not in {*ASSENTS, *REFUSALS} and is_in_vain(part.text):
            return Intent("tried", matter.text, part.text, dict(matter.slots), HELPED)
        return None if other else _decision(part, scene)
    told = best in acts.READS or {best, matter.act} <= acts.DELIVERED  # "to a pick-up point" to "which way?"
    states = told and "?" not in part.text
    if (not other or states) and _gives(matter, part, scene):
        return _supplied(part, scene)
    is_choice = choices.is_open(scene)
    if (best in REFUSALS and not other) or (is_choice and choices.withdraws(part.text)):
        return Intent(DECLINED, matter.text, part.text, dict(matter.slots))
    if choices.leaves_open(best_act(part, scene), part.text, scene):
        return Intent(matter.act, matter.text, part.text, *choices.taken(part.text, scene))
    return None


def _other_demand(reading: Reading, matter: OpenMatter) -> bool:
    """Something else is asked for, and clearly."""
    own = {matter.act, matter.offered, *(acts.STORIES if matter.asked in TEXTS else ())}
    return reading.best not in own | LEANING and reading.p(reading.best) >= SURE


def _decision(part: LinePart, scene: Scene) -> Intent | None:
    """What is neither a yes nor another wish leaves the offer alone."""
    matter = scene.matter
    best, known = part.reading.best, dict(matter.slots)
    if terms := other_terms(scene.now, known, matter.offered):
        return Intent(matter.offered, scene.now, scene.now, onward(known, terms), OFFER)
    puts_off = answer_to("", part.text, "") in ("no", "later") or has_refusal(part.text)
    puts_off = puts_off or _is_forbidden(matter.offered, part.text)
    named = named_demand(part.text, scene)
    if not puts_off and (named or best in {*ASSENTS, matter.offered}):
        known = onward(known, slots_in(part.text, scene.today, _is_past(matter.offered)))
        return Intent(named or matter.offered, matter.text, part.text, known, OFFER)
    if puts_off or best in REFUSALS or not (best_act(part, scene) or "?" in part.text):
        return Intent(DECLINED, matter.text, part.text, known)
    return None


def _gives(matter: OpenMatter, part: LinePart, scene: Scene) -> bool:
    skill, text = skill_of(matter.act), part.text
    if skill is None:
        return False
    if matter.asked in TEXTS:
        asks = "?" in text or part.reading.best.startswith("ask_")
        return not asks and part.reading.best not in REFUSALS
    if matter.asked == TIME:
        return scene.clock is not None and names_time(text, scene.clock)
    known = slots_in(text, scene.today, skill.past)
    if matter.asked == WHICH:
        return any(slot in known for slot in WHICHES)
    return matter.asked in known or bool(choices.details_in(text, scene))


def _supplied(part: LinePart, scene: Scene) -> Intent:
    matter, skill = scene.matter, skill_of(scene.matter.act)
    text = part.text
    slots = onward(matter.slots, slots_in(text, scene.today, bool(skill and skill.past)))
    slots |= choices.details_in(text, scene)
    if matter.asked in TEXTS:
        slots[matter.asked] = text
    opened = f"{matter.text}\n{text}" if matter.asked not in TEXTS else matter.text
    return Intent(matter.act, opened, text, slots, matter.asked)


def corrected(wish: Intent, scene: Scene) -> Intent | None:
    """The open matter with the detail that the line changes; None where it changes none: "you will not take
    a year?" asks for no year."""
    matter = scene.matter
    skill = skill_of(matter.act)
    if skill is None or ("?" in wish.said and contains(manner("negation"), wish.said)):
        return None
    if "when" in skill.slots and wish.act == "correct":
        wish = replace(wish, said=_with_hour(wish.said))
    known = slots_in(wish.said, scene.today, skill.past)
    timed = "when" in skill.slots and scene.clock is not None and names_time(wish.said, scene.clock)
    if not known and not timed:
        return None
    wanted = {*skill.slots.values(), *(skill.lookup.slots.values() if skill.lookup else ()), "ordinal"}
    if not timed and not wanted & known.keys():
        return None
    slots = onward(dict(matter.slots), known)
    act = "move_call" if matter.act == "callback" and is_booked(scene) else matter.act
    return replace(wish, act=act, text=f"{matter.text}\n{wish.said}", slots=slots)


def _with_hour(said: str) -> str:
    """ "4 would be better": the only number beside a call is its hour."""
    numbers = _NUMBER.findall(said)
    return f"{said}\nat {numbers[0]}" if len(numbers) == 1 else said


def _is_past(act: str) -> bool:
    skill = skill_of(act)
    return bool(skill and skill.past)
