"""On whose behalf one writes: the customer's card, whom to choose from, and examples that bring one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.customers import DemoCustomer, first_customer, written_customers
from app.services.operators.summary import name_plan
from app.services.workbench import Workbench
from app.ui.room import CLICKS, render
from app.ui.words import RoomTexts


@dataclass(frozen=True)
class ShownCustomer:
    """`language` is that of the name."""

    id: str
    name: str
    language: str
    about: str


@dataclass(frozen=True)
class Example:
    """A first line, and the customer who would say it."""

    customer: str
    text: str


class CustomerPicker:
    """`chosen` holds the id; the list is the page's own, so that to look at it changes nothing."""

    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.bench = bench
        self.texts = texts
        self.first = first_customer(texts.language)

    def build(self) -> None:
        self.chosen = gr.Textbox(self.first, visible="hidden", elem_id="cc-customer")
        written = self.show(written_customers())
        self.card = gr.HTML(self.render(self.first, written), elem_id="cc-picker", js_on_load=CLICKS)

    async def offer(self, chosen: str) -> dict[object, object]:
        """The chosen one, and whom to choose: those who speak the page's language come first."""
        return {self.chosen: chosen, self.card: self.render(chosen, await self.find())}

    async def find(self) -> list[ShownCustomer]:
        try:
            return self.show(await self.bench.customers.demo())
        except CallCenterError:
            return []

    def show(self, customers: Sequence[DemoCustomer]) -> list[ShownCustomer]:
        own = sorted(customers, key=lambda customer: customer.language != self.texts.language)
        return [self._show(customer) for customer in own]

    def render(self, chosen: str, known: Sequence[ShownCustomer]) -> str:
        found = next((each for each in known if each.id == chosen), None)
        shown = found or ShownCustomer(chosen, chosen, "", self.texts.words["stranger"] if known else "")
        return render("customers.picker", chosen=shown, known=known, t=self.texts)

    def _show(self, customer: DemoCustomer) -> ShownCustomer:
        words = self.texts.words
        plan = name_plan(customer.plan, self.texts.language) if customer.plan else words["no_plan"]
        special = words["situations"].get(customer.customer_id, "")
        about = " · ".join(part for part in (plan, special) if part)
        return ShownCustomer(customer.customer_id, customer.name, customer.language, about)


class Welcome:
    """The empty dialog: a sentence, and examples of which each names its customer."""

    def __init__(self, picker: CustomerPicker, texts: RoomTexts) -> None:
        self.picker = picker
        self.texts = texts
        self.examples = [Example(*given) for given in texts.words["examples"].values()]

    def build(self) -> gr.HTML:
        written = self.picker.show(written_customers())
        self.card = gr.HTML(self.render(written), elem_id="cc-welcome", js_on_load=CLICKS)
        return self.card

    async def offer(self) -> dict[object, object]:
        return {self.card: self.render(await self.picker.find())}

    def render(self, known: Sequence[ShownCustomer]) -> str:
        by_id = {each.id: each for each in known}
        cards = [(example, by_id.get(example.customer)) for example in self.examples]
        return render("customers.welcome", cards=cards, t=self.texts)

    def find(self, pick: str) -> Example | None:
        """The example of a click; None where there is no such."""
        place = int(pick) if pick.isdecimal() else len(self.examples)
        return self.examples[place] if place < len(self.examples) else None
