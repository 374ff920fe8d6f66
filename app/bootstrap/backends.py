"""What agents work with: the knowledge base, the back office, what is remembered, who is told."""

from __future__ import annotations

from app.adapters.storage.customer_memory import LangGraphMemory
from app.bootstrap.context import House
from app.core.exceptions import SettingInvalid
from app.core.knowledge import LibraryDamaged
from app.core.models import Article
from app.core.outbox import CrmClient, Outbox
from app.core.ports import BackOffice, DialogStore
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.library import LibraryHouse, TeamLibrary
from app.engines.routing.local import LocalRouter
from app.services.crm.delivery import Carrier
from app.services.crm.relay import Relay
from app.services.dialogs.memory import Recollection
from app.services.knowledge.library import KnowledgeService

REQUESTS_AN_EVENT = 6


def knowledge_of(house: House, shipped: list[Article], near: LocalRouter) -> KnowledgeService:
    """Raises SettingInvalid for a library that cannot be read: a team would miss its documents silently."""

    def guess(text: str) -> str:
        return near.decide(text).agent

    settings = house.settings
    inside = LibraryHouse(
        shipped, house.embedder, house.agents, guess, house.clock, settings.knowledge_shipped
    )
    try:
        library = TeamLibrary(settings.knowledge_storage, inside)
        return KnowledgeService(library, house.agents, house.clock, settings.approved_answers, near.meant)
    except LibraryDamaged as error:
        raise SettingInvalid("KNOWLEDGE_STORAGE", str(error).rstrip(".")) from None


def office_of(house: House) -> SqlBackOffice:
    settings = house.settings
    return SqlBackOffice(
        settings.backoffice_storage, settings.policy, demo=settings.wants_demo_data, clock=house.clock
    )


def memory_of(house: House, office: BackOffice) -> Recollection | None:
    settings = house.settings
    if not settings.enable_memory:
        return None
    return Recollection(LangGraphMemory(settings.checkpoint_storage, settings.memory_dialogs), office)


def relay_of(house: House, store: DialogStore, crm: CrmClient | None, outbox: Outbox | None) -> Relay | None:
    """None where nobody is told of events; then nothing waits for anybody."""
    settings = house.settings
    if crm is None and settings.crm == "none":
        return None
    from app.adapters.crm.clients import client_of  # noqa: PLC0415
    from app.engines.backoffice.outbox import SqlOutbox  # noqa: PLC0415  (heavy, as the clients are)

    told = client_of(settings) if crm is None else crm
    if told is None:
        return None
    kept = SqlOutbox(settings.backoffice_storage) if outbox is None else outbox
    limit = REQUESTS_AN_EVENT * settings.crm_timeout
    return Relay(store, kept, Carrier(kept, told, house.metrics, house.clock, limit=limit))
