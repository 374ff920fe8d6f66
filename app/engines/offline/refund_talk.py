"""Money beside the records: the terms of a refund, why its sum is what it is, what becomes of paid days."""

from __future__ import annotations

from app.core.company import in_use
from app.core.models import Article
from app.core.wording import spoken
from app.engines.offline import acts
from app.engines.offline.conversation import Move, Say, Scene
from app.engines.offline.follow_ups import propose_again
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.responses import fill
from app.engines.offline.wishes import Intent

REFUND, PAYMENTS = "refund_payment", "find_payments"
_OTHERS = (acts.WANTED | acts.FIXED | acts.CANNOT) - acts.MONEY - acts.LOOKED_UP - {"ask_price", "complaint"}
_OF_PLAN = frozenset({"ask_plan", "ask_next_charge", "ask_debt"})
"""What a question about a month or a day may be taken for."""
OF_TOOL = {"change_subscription": "change", "cancel_subscription": "cancel"}
OF_ACT = {"change_plan": "change", "cancel_plan": "cancel"}


def speak_of_refund(wish: Intent, scene: Scene) -> Move | None:
    if scene.proposal.get("tool") == REFUND:
        return _of_sum(wish, scene)
    if _asks_terms(wish, scene):
        return tell_terms(wish, scene)
    return _of_terms(wish, scene)


def _of_terms(wish: Intent, scene: Scene) -> Say | None:
    """A question about the terms that were just told."""
    article, asks = _article(scene), "?" in wish.said or contains(manner("if"), wish.said)
    if article is None or article.intro not in scene.last or not asks or wish.act in _OTHERS - _OF_PLAN:
        return None
    words = spoken("follow_ups", scene.language)["terms_again"]
    text = fill(words, {"limit_days": in_use().policy.refund_days}, scene.language)
    return Say(text, [article.id], wish.matter())


def _of_sum(wish: Intent, scene: Scene) -> Move | None:
    """The rule that made it, to who wants more of it."""
    if wish.act in _OTHERS or not contains(manner("whole_sum"), wish.said):
        return None
    words = spoken("follow_ups", scene.language)["whole_sum"]
    facts = {**scene.proposal, "limit_days": in_use().policy.refund_days}
    return propose_again(scene, fill(words, facts, scene.language))


def _asks_terms(wish: Intent, scene: Scene) -> bool:
    """Before buying; or where nothing was paid, and the line asks rather than demands."""
    if wish.act in _OTHERS:
        return False
    paid, back = contains(manner("charged"), wish.said), contains(manner("give_back"), wish.said)
    if contains(manner("refund_terms"), wish.said) or (
        back and not paid and contains(manner("before_buying"), wish.said)
    ):
        return True
    looked = scene.result(PAYMENTS)
    asks = "?" in wish.said or contains((*manner("question"), *manner("if")), wish.said)
    return asks and back and looked is not None and not looked.get("payments", True)


def tell_terms(wish: Intent, scene: Scene) -> Say | None:
    article = _article(scene)
    if article is None:
        return None
    return Say(_without_request(article.body), [article.id], wish.matter())


def _article(scene: Scene) -> Article | None:
    return scene.library.get((scene.language, in_use().profile.about.get("refund", "")))


def _without_request(body: str) -> str:
    """Without its last paragraph, which asks for the data of a payment."""
    return body.rsplit("\n\n", 1)[0]


def speak_of_days(wish: Intent, scene: Scene) -> Move | None:
    if not _asks_of_days(wish):
        return None
    kind = OF_TOOL.get(str(scene.proposal.get("tool")), "")
    words = spoken("follow_ups", scene.language)["paid_days"]
    if kind and (told := fill(words[f"{kind}_put"], scene.proposal, scene.language)):
        return propose_again(scene, told)
    told = fill(words[OF_ACT.get(scene.matter.act, "any")], {}, scene.language)
    return Say(told, matter=scene.matter.model_copy(update={"asked": ""}))


def _asks_of_days(wish: Intent) -> bool:
    """Not whether the money for them comes back, nor of an outage."""
    others = (*manner("give_back"), *manner("outage"))
    lost = contains(manner("paid_days"), wish.said) and contains(manner("days_lost"), wish.said)
    return lost and wish.act not in acts.FIXED and not contains(others, wish.said)
