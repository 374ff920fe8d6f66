"""What the embedded model answers: a pure function of the conversation, the records and the articles."""

from __future__ import annotations

from dataclasses import replace

from app.core.actions import BY_TOOL
from app.core.models import OpenMatter
from app.engines.offline import acts, articles, choices, follow_ups, talk
from app.engines.offline.about_us import speak_of_us, unknown
from app.engines.offline.abroad import not_sold
from app.engines.offline.changes import changed
from app.engines.offline.conversation import HandOver, Move, Say, Scene
from app.engines.offline.health import known_cause, speak_of_failed_payment, speak_of_trouble, tell_version
from app.engines.offline.lexicon import contains, manner, skillbook
from app.engines.offline.named_subjects import subject_of
from app.engines.offline.nearest import take_chosen, with_nearest
from app.engines.offline.neighbours import asks, is_booked, may_be_fault
from app.engines.offline.refund_talk import speak_of_days, speak_of_refund
from app.engines.offline.reports import HELPED
from app.engines.offline.responses import fill
from app.engines.offline.skills import PROPOSED, hand_over, offer, perform, report
from app.engines.offline.softening import softened
from app.engines.offline.threats import answer_threat
from app.engines.offline.wishes import OFFER, TOPIC, Intent, read_wishes, skill_of, waiting_wishes

NEAREST = 3  # acts of a reading of which one may ask for a record
CLOSE = "close_ticket"
WITHOUT_NET = frozenset({"ask_outage", "fault", "ask_devices", ""})
"""As which a question about work without a network may be read."""
ABRUPT = 2  # words of a question that may lean on anything
PUT_AT_MOST = 2  # times that a question is put behind answers to others


def respond(scene: Scene) -> Move:
    return softened(_reply(scene), scene)


def _reply(scene: Scene) -> Move:
    """Each wish in turn, then those of earlier lines; what cannot be served now waits for the next line."""
    if scene.is_suspected:
        return talk.refuse_order(scene)
    told = report(scene)
    wishes = [] if told else read_wishes(scene)
    said: list[Say] = [told] if told else []
    later: list[str] = []
    for wish in wishes:
        move = None if _must_wait(wish, scene) else serve(wish, scene)
        if isinstance(move, Say) and not (move.asks and _asks(said)):
            said.append(move)
        elif (
            move is None or isinstance(move, Say) or (isinstance(move, HandOver) and not _only_declines(said))
        ):
            later.append(wish.text)
        else:
            return move
    is_busy = bool(told) or any(wish.act not in acts.PASSING for wish in wishes)
    answer = _take_up(said, later, is_busy, scene)
    aside = acts.BESIDE | (acts.SHORT_QUESTIONS if choices.is_open(scene) else frozenset())
    return _put_again(answer, scene) if wishes and all(w.act in aside for w in wishes) else answer


def _only_declines(said: list[Say]) -> bool:
    """A no before another wish keeps nobody from the desk that serves it."""
    return all(one.declines for one in said)


def _put_again(answer: Move, scene: Scene) -> Move:
    """A question of the customer's beside ours: it is answered, and ours stands again behind the answer."""
    tool = scene.proposal.get("tool")
    if isinstance(answer, Say) and not answer.asks and choices.is_open(scene):
        return _choose_again(answer, scene)
    if not isinstance(answer, Say) or answer.asks or tool not in scene.offered:
        return answer
    put = sum(deed.tool == tool and deed.status == PROPOSED for deed in scene.deeds)
    if put > PUT_AT_MOST or scene.matter.asked or not scene.last.rstrip().endswith("?"):
        return answer
    move = follow_ups.propose_again(scene, answer.text)
    return replace(move, citations=answer.citations) if isinstance(move, Say) else move


def _choose_again(answer: Say, scene: Scene) -> Say:
    """The choice that we asked for stands behind the answer."""
    skill = skill_of(scene.matter.act)
    questions = skillbook(scene.language).skills[skill.name].asks if skill else {}
    if not (asked := questions.get(scene.matter.asked, "")):
        return answer
    return replace(answer, text=f"{answer.text}\n\n{asked}".strip(), matter=scene.matter)


def _take_up(said: list[Say], later: list[str], is_busy: bool, scene: Scene) -> Move:
    """Wishes of earlier lines, by name: where nothing is asked, and another desk's only between matters."""
    for wish in waiting_wishes(scene):
        move = None if _asks(said) or _must_wait(wish, scene) else serve(wish, scene)
        if isinstance(move, Say):
            head = fill(talk.words(scene.language)["taken_up"], {"wish": wish.text}, scene.language)
            said.append(replace(move, text=f"{head} {move.text}".strip()))
        elif move is None or (isinstance(move, HandOver) and is_busy):
            later.append(wish.text)
        else:
            return move
    return _joined(said, later, scene)


def _asks(said: list[Say]) -> bool:
    return any(one.asks for one in said)


def _must_wait(wish: Intent, scene: Scene) -> bool:
    """One act that needs consent is put to the customer in a message."""
    skill = skill_of((changed(wish, scene) or wish).act)
    if skill is None or skill.reads or not BY_TOOL[skill.tool].consent:
        return False
    proposed = [tool for tool, facts in scene.results if facts.get("status") == PROPOSED]
    return bool(proposed) and skill.tool not in proposed and scene.result(skill.tool) is None


def serve(wish: Intent, scene: Scene) -> Move:
    """The first that applies, in the order of what the customer needs most."""
    if scene.is_unread and scene.may_escalate and talk.wants_person(scene):
        return talk.hand_up(scene)
    if wish.act in acts.FIXED:
        return talk.fixed(wish, scene)
    if chosen := take_chosen(wish, scene):
        return chosen
    if scene.matter.act in acts.URGENT and _goes_on(wish, scene) and talk.has_more(scene):
        return talk.fixed(replace(wish, act=scene.matter.act), scene)
    if wish.act == talk.PERSON or _asks_for_called(wish, scene):
        return talk.call_person(wish, scene)
    if wish.act in acts.CANNOT:
        return talk.cannot(wish, scene)
    if wish.act in ("tried", "unsolved") and (move := articles.go_on(wish, scene)):
        return move
    if move := _of_money(wish, scene) or follow_ups.answer(wish, scene):
        return move
    if beyond := articles.beyond_delivery(wish, scene) or not_sold(wish, scene):
        return beyond
    wish = _of_work_offline(wish)
    if _is_in_article(wish, scene) and (told := articles.from_article(wish, scene)):
        return told
    if unsaid := articles.not_in_document(wish, scene):
        return unsaid
    if said := _of_us(wish, scene):
        return said
    if skill := skill_of(wish.act):
        return perform(skill, wish, scene) if wish.is_meant else _offered(wish, scene)
    if said := _of_talk(wish, scene):
        return said
    if told := _of_fault(wish, scene):
        return told
    if scene.matter.act in {*acts.URGENT, talk.PERSON} and talk.is_called(scene):
        return talk.leave_to_person(scene)
    return _nearest_record(wish, scene) or follow_ups.repeat_question(scene) or _without_answer(wish, scene)


def _of_money(wish: Intent, scene: Scene) -> Move | None:
    """Payments that fail, threats, paid days and refunds."""
    failed = speak_of_failed_payment(wish, scene) or answer_threat(wish, scene)
    return failed or speak_of_days(wish, scene) or speak_of_refund(wish, scene)


def _of_talk(wish: Intent, scene: Scene) -> Say | None:
    """A second line without sense is a second miss."""
    if wish.act == "nonsense" and scene.matter.asked == TOPIC:
        return _ask_back(wish, scene)
    return _close_offered(wish, scene) or talk.chat(wish, scene)


def _of_us(wish: Intent, scene: Scene) -> Move | None:
    """What is known of the company, of its outages and of the app."""
    return speak_of_us(wish, scene) or speak_of_trouble(wish, scene) or tell_version(wish, scene)


def _of_fault(wish: Intent, scene: Scene) -> Move | None:
    """What the records know of it, then the articles, then an outage that was told of."""
    tells_more = wish.act == "give_data" and scene.matter.act == "fault"
    if (wish.act == "fault" or tells_more) and (cause := known_cause(wish, scene)):
        return cause
    if tells_more and scene.matter.asked == HELPED:
        return Say(talk.pick(talk.words(scene.language)["noted"], scene), matter=scene.matter)
    if told := articles.from_article(wish, scene) or follow_ups.of_outage(wish, scene):
        return told
    return known_cause(wish, scene) if may_be_fault(scene) else None


def _of_work_offline(wish: Intent) -> Intent:
    """Work without a network is asked about as a thing to do, not as a fault of ours."""
    asked = wish.act in WITHOUT_NET and contains(manner("offline_use"), wish.said) and asks(wish.said)
    return replace(wish, act="ask_how") if asked else wish


def _is_in_article(wish: Intent, scene: Scene) -> bool:
    """An article says it better than the records; what may be a demand is asked of a team's own document."""
    if articles.own_document(scene):
        unsure = all(part.reading.p(wish.act) < acts.SURE for part in scene.parts)
        return wish.act not in acts.PASSING and (wish.act not in acts.DEMANDS or (unsure and asks(wish.said)))
    return wish.act not in acts.DEMANDS and (_asks_terms(wish) or subject_of(wish, scene) is not None)


def _asks_terms(wish: Intent) -> bool:
    """Of delivery in general: the terms are an article's, those of one thing are the records'."""
    return wish.act == "ask_delivery" and "goods" not in wish.slots


def _without_answer(wish: Intent, scene: Scene) -> Move:
    """A fault is understood though nothing explains it: a ticket is offered."""
    if choices.is_open(scene):
        return _choose_again(Say(talk.pick(follow_ups.texts(scene.language)["no_answer"], scene)), scene)
    if wish.act == "fault" and scene.agent_lines:
        return articles.beyond(wish, scene)
    if scene.matter.asked == HELPED and wish.act == "ask_how":
        return talk.without_more(wish, scene)
    if len(wish.said.split()) > ABRUPT and asks(wish.said) and scene.matter.asked != TOPIC:
        return unknown(wish, scene)
    return _ask_back(wish, scene)


def _ask_back(wish: Intent, scene: Scene) -> Say:
    said = talk.ask_back(wish, scene)
    return with_nearest(said, scene) if scene.matter.asked == TOPIC else said


def _close_offered(wish: Intent, scene: Scene) -> Say | None:
    """Success makes the ticket needless that was spoken of."""
    asked = offer(CLOSE, scene) if wish.act == "solved" and scene.matter.act in acts.REPORTED else ""
    glad = talk.pick(talk.words(scene.language)["solved"], scene)
    return Say(f"{glad} {asked}", matter=wish.matter(OFFER, CLOSE)) if asked else None


def _asks_for_called(wish: Intent, scene: Scene) -> bool:
    """ "Where is he?", where a person was called and no call is booked."""
    return wish.act == "ask_call" and talk.has_called(scene) and not is_booked(scene)


def _nearest_record(wish: Intent, scene: Scene) -> Move | None:
    """Before we ask back: what the records know of the likeliest question about them."""
    read = [part.reading for part in scene.parts if part.text == wish.text]
    act = (
        next((a for a, p in read[0].acts[:NEAREST] if a in acts.READS and p >= acts.NEAR), "") if read else ""
    )
    skill = skill_of(act)
    return perform(skill, replace(wish, act=act), scene) if skill and skill.tool in scene.offered else None


def _goes_on(wish: Intent, scene: Scene) -> bool:
    """About the alarm, unless something else is clearly wanted."""
    unsure = all(part.reading.p(wish.act) < acts.SURE for part in scene.parts)
    return wish.act in acts.STILL or (unsure and wish.act != talk.PERSON)


def _offered(wish: Intent, scene: Scene) -> Move:
    """What is done at once is asked about first where it may not have been meant."""
    asked = offer(wish.act, scene)
    skill = skill_of(wish.act)
    told = contains(manner("amends"), wish.said)  # no gift on a guess
    if not asked and told and skill and skill.tool not in scene.offered:
        return hand_over(skill.tool, scene)
    return Say(asked, matter=wish.matter(OFFER, wish.act)) if asked else talk.ask_back(wish, scene)


def _joined(said: list[Say], later: list[str], scene: Scene) -> Say:
    """The question comes last; what was said before is not said again as if it were new."""
    if _replaces_proposal(said, scene):
        said = [one for one in said if not one.declines]
    parts = sorted(said, key=lambda each: each.asks) or [Say("", matter=scene.matter)]
    text = "\n\n".join(part.text for part in parts if part.text)
    note = talk.words(scene.language)["later"][0] if later and not scene.matter.later else ""
    text = "\n\n".join(part for part in (note, text) if part)
    kept = parts[-1].matter or OpenMatter()
    cited = [name for part in parts for name in part.citations]
    matter, declines = kept.model_copy(update={"later": later}), any(part.declines for part in parts)
    return Say(_fresh(text, scene), cited, matter, declines=declines)


def _replaces_proposal(said: list[Say], scene: Scene) -> bool:
    """ "Nothing is changed" is not said beside other terms of the same act."""
    put = scene.result(str(scene.proposal.get("tool", "")))
    return put is not None and any(one.proposes for one in said)


def _fresh(text: str, scene: Scene) -> str:
    """What was said before is said in one line that begins by telling so."""
    before = {part for line in scene.agent_lines for part in line.split("\n")}
    paragraphs = [part for part in text.split("\n") if part]
    if not paragraphs or not all(part in before for part in paragraphs):
        return text
    head = talk.pick(talk.words(scene.language)["repeated"], scene)
    return f"{head} {paragraphs[0]}" if len(paragraphs) == 1 else f"{head}\n{text}"
