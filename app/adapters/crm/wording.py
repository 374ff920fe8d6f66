"""The words of notes and titles, in the language of the dialog (`data["language"]`, else Russian)."""

from __future__ import annotations

from app.core.events import Event

LONGEST_VALUE, LONGEST_NOTE = 600, 2000

SENTENCES: dict[str, tuple[str, str]] = {
    "dialog.opened": ("Клиент начал диалог", "The customer opened a dialog"),
    "dialog.routed": ("Диалог принят", "The dialog was routed"),
    "dialog.handed_over": ("Диалог передан", "The dialog was handed over"),
    "dialog.escalated": ("Диалог передан руководителю", "The dialog was escalated to the supervisor"),
    "dialog.closed": ("Диалог закрыт", "The dialog was closed"),
    "dialog.rated": ("Клиент оценил диалог", "The customer rated the dialog"),
    "order.created": ("Заказ оформлен", "An order was placed"),
    "subscription.changed": ("Тариф изменён", "The subscription was changed"),
    "subscription.cancelled": ("Подписка отменена", "The subscription was cancelled"),
    "ticket.opened": ("Заявка открыта", "A ticket was opened"),
    "ticket.updated": ("Заявка обновлена", "A ticket was updated"),
    "refund.made": ("Возврат выполнен", "A refund was made"),
    "refund.requested": ("Запрошен возврат", "A refund was requested"),
    "credit.granted": ("Начислена компенсация", "A credit was granted"),
    "complaint.opened": ("Жалоба зарегистрирована", "A complaint was opened"),
    "callback.booked": ("Назначен обратный звонок", "A call back was booked"),
}
LABELS: dict[str, tuple[str, str]] = {
    "agent": ("специалист", "agent"),
    "amount_rub": ("сумма", "amount"),
    "callback_at": ("когда", "when"),
    "complaint": ("жалоба", "complaint"),
    "from_agent": ("от", "from"),
    "number": ("номер", "number"),
    "order": ("заказ", "order"),
    "phone": ("телефон", "phone"),
    "plan": ("тариф", "plan"),
    "price_rub": ("цена", "price"),
    "reason": ("причина", "reason"),
    "score": ("оценка", "score"),
    "status": ("состояние", "status"),
    "summary": ("итог", "summary"),
    "ticket": ("заявка", "ticket"),
    "to_agent": ("кому", "to"),
    "total_rub": ("сумма", "total"),
}
AGENTS: dict[str, tuple[str, str]] = {
    "sales": ("отдел продаж", "sales"),
    "supervisor": ("руководитель", "supervisor"),
    "tech_support": ("техподдержка", "technical support"),
}
CONTACT = ("Клиент {id}", "Customer {id}")
SALE = ("Продажа: клиент {id}", "Sale: customer {id}")
PROBLEM = ("Обращение: клиент {id}", "Support case: customer {id}")
TITLES: dict[str, tuple[str, str]] = {
    "complaint.opened": ("Жалоба: клиент {id}", "Complaint: customer {id}"),
    "refund.made": ("Возврат: клиент {id}", "Refund: customer {id}"),
    "refund.requested": ("Возврат: клиент {id}", "Refund: customer {id}"),
}
HIDDEN = {"language"}
YES_NO = {True: ("да", "yes"), False: ("нет", "no")}


def marker(event: Event) -> str:
    """The last line of a note, by which it is found again."""
    return f"(event {event.id} {event.kind})"


def note_of(event: Event) -> str:
    """A sentence, one line per value, the marker."""
    lang = _language(event)
    lines = [SENTENCES[event.kind][lang]]
    for key, value in event.data.items():
        if value is not None and value != "" and key not in HIDDEN:
            lines.append(f"{_label(key, lang)}: {_shown(key, value, lang)}")
    return f"{chr(10).join(lines)[:LONGEST_NOTE]}\n{marker(event)}"


def title_of(event: Event, sale: bool) -> str:
    words = SALE if sale else TITLES.get(event.kind, PROBLEM)
    return words[_language(event)].format(id=event.customer_id)


def contact_name(event: Event) -> str:
    return CONTACT[_language(event)].format(id=event.customer_id)


def _language(event: Event) -> int:
    return 1 if event.data.get("language") == "en" else 0


def _label(key: str, lang: int) -> str:
    return LABELS[key][lang] if key in LABELS else key.removesuffix("_rub").replace("_", " ")


def _shown(key: str, value: str | float | bool, lang: int) -> str:
    """In one line; a customer's words cannot pass for a marker."""
    if isinstance(value, bool):
        return YES_NO[value][lang]
    if isinstance(value, str):
        text = " ".join(value.split()).replace("(event ", "( event ")
        return AGENTS[text][lang] if text in AGENTS else text[:LONGEST_VALUE]
    number = f"{value:,.2f}".removesuffix(".00").replace(",", " ")
    return f"{number} ₽" if key.endswith("_rub") else f"{value:g}" if isinstance(value, float) else str(value)
