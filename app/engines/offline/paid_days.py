"""What becomes of the days that are paid, beside a change of plan or a cancellation."""

from __future__ import annotations

from app.core.wording import spoken
from app.engines.offline import acts
from app.engines.offline.conversation import Move, Say, Scene
from app.engines.offline.follow_ups import propose_again
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.responses import fill
from app.engines.offline.wishes import Intent

OF_TOOL = {"change_subscription": "change", "cancel_subscription": "cancel"}
OF_ACT = {"change_plan": "change", "cancel_plan": "cancel"}


def speak_of_days(wish: Intent, scene: Scene) -> Move | None:
    if not _asks(wish):
        return None
    kind = OF_TOOL.get(str(scene.proposal.get("tool")), "")
    words = spoken("follow_ups", scene.language)["paid_days"]
    if kind and (told := fill(words[f"{kind}_put"], scene.proposal, scene.language)):
        return propose_again(scene, told)
    told = fill(words[OF_ACT.get(scene.matter.act, "any")], {}, scene.language)
    return Say(told, matter=scene.matter.model_copy(update={"asked": ""}))


def _asks(wish: Intent) -> bool:
    """Not whether the money for them comes back, nor of an outage."""
    others = (*manner("give_back"), *manner("outage"))
    lost = contains(manner("paid_days"), wish.said) and contains(manner("days_lost"), wish.said)
    return lost and wish.act not in acts.FIXED and not contains(others, wish.said)
