"""The bodies that our pages send, read from the page itself: whatever differs is refused before Gradio."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.utils import get_type_hints
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic_core import from_json, to_json, to_jsonable_python

from app.core.access import Caller
from app.core.exceptions import BadRequestBody
from app.ui.chat.screen import NewsPoll
from app.ui.monitor.actions import OperatorAction, PanelPoll
from app.ui.settings.checking import ConnectionCheck
from app.ui.validation.rights import NEEDS, check, needs_of
from app.ui.validation.schemas import CHOICE, LINE, is_offered, shape

NAME = r"^[0-9A-Za-z]{1,64}$"
Name = Annotated[str, Field(pattern=NAME)]
Short = Annotated[str, Field(max_length=LINE)]
Whole = Annotated[int, Field(ge=0, le=2**53)]
STRICT = ConfigDict(extra="forbid", strict=True)


class Join(BaseModel):
    """An event of a page."""

    model_config = STRICT

    data: list[Any] = Field(max_length=100)
    event_data: Any = None
    fn_index: Whole
    trigger_id: Whole | None = None
    session_hash: Name


class Served(BaseModel):
    """A call of a server function."""

    model_config = STRICT

    data: dict[str, Any]
    component_id: Whole
    fn_name: Short
    session_hash: Name


class Cancel(BaseModel):
    model_config = STRICT

    session_hash: Name
    fn_index: Whole
    event_id: Name


class Tab(BaseModel):
    """Which one was opened."""

    model_config = STRICT

    index: Whole
    value: Short


class Picked(BaseModel):
    """A click on what carries a name."""

    model_config = STRICT

    pick: Short


class LinePick(BaseModel):
    """A line of the chat by its place; what stands in it is known to us."""

    model_config = STRICT

    index: Whole | Annotated[list[Whole], Field(min_length=1, max_length=2)]
    value: Annotated[Any, BeforeValidator(lambda _: None)] = None
    liked: bool | Short | None = None


Worth = Annotated[str, Field(max_length=CHOICE)] | Annotated[float, Field(allow_inf_nan=False)] | bool
Unread = Annotated[Tab | Worth | list[Worth] | None, AfterValidator(lambda _: None)]
"""What pages tell though nobody asks: a tab, or what a component is worth now. It goes no further."""
EVENTS: dict[type | None, Any] = {
    gr.EventData: Picked,
    gr.SelectData: LinePick,
    gr.LikeData: LinePick,
    None: Unread,
}
"""By what a handler asks for."""
FUNCTIONS: dict[str, type[BaseModel]] = {
    "hear": NewsPoll,
    "watch": PanelPoll,
    "act": OperatorAction,
    "check": ConnectionCheck,
}
"""What each server function of our components is asked."""
Session = Callable[[str], Mapping[int, Block]]


class Questions:
    """Of one page. Raises TypeError for a component or an event that has no shape."""

    def __init__(self, page: gr.Blocks, session: Session) -> None:
        """`session` gives the components as a visitor's page has them now, by id."""
        self.session = session
        self.handlers = {number: fn for number, fn in page.fns.items() if fn.fn}  # others run in browsers
        self.events = {number: TypeAdapter(_event(fn)) for number, fn in self.handlers.items()}
        parts = {part._id: part for fn in self.handlers.values() for part in fn.inputs}
        self.shapes = {name: TypeAdapter(shape(part)) for name, part in parts.items()}
        self.needs = {number: needs_of(fn.fn) for number, fn in self.handlers.items() if fn.fn}
        self.triggers = {target for fn in page.fns.values() for target, _ in fn.targets}
        self.served = {name: _functions(part) for name, part in page.blocks.items()}

    def join(self, body: bytes, caller: Caller) -> bytes:
        """The same in the one form that was checked. Raises BadRequestBody or ScopeMissing."""
        with refusing():
            asked = Join.model_validate(read(body))
            fn = self.handlers[asked.fn_index]
            check(caller, self.needs[asked.fn_index])
            if len(asked.data) != len(fn.inputs) or asked.trigger_id not in self.triggers | {None}:
                raise ValueError
            seen = self.session(asked.session_hash)
            pairs = zip(fn.inputs, asked.data, strict=True)
            data = [self._value(part, seen.get(part._id, part), value) for part, value in pairs]
            event = self.events[asked.fn_index].validate_python(asked.event_data, strict=True)
            return _written({**asked.model_dump(), "data": data, "event_data": event and event.model_dump()})

    def serve(self, body: bytes, caller: Caller) -> bytes:
        """Raises BadRequestBody or ScopeMissing."""
        with refusing():
            asked = Served.model_validate(read(body))
            form = self.served[asked.component_id][asked.fn_name]
            check(caller, NEEDS[asked.fn_name])
            data = form.model_validate(asked.data, strict=True)
            return _written({**asked.model_dump(), "data": data.model_dump()})

    def cancel(self, body: bytes, _: Caller) -> bytes:
        """Raises BadRequestBody."""
        with refusing():
            return _written(Cancel.model_validate(read(body)).model_dump())

    def _value(self, part: Any, seen: Block, value: Any) -> Any:
        """`seen` is the same component with the choices that this page was given."""
        checked = self.shapes[part._id].validate_python(value, strict=True)
        if not is_offered(seen, checked):
            raise ValueError
        return _plain(checked)


def read(body: bytes) -> Any:
    """Raises ValueError, for what is nested too deeply as well."""
    return from_json(body, allow_inf_nan=False)


@contextmanager
def refusing() -> Iterator[None]:
    try:
        yield
    except (KeyError, ValueError):  # pydantic's is one
        raise BadRequestBody("The request does not match the page; reload the page.") from None


def _event(fn: BlockFunction) -> Any:
    hints = get_type_hints(getattr(fn.fn, "func", fn.fn)).values()  # type: ignore[no-untyped-call]
    wanted = next((each for each in hints if isinstance(each, type) and issubclass(each, gr.EventData)), None)
    if wanted not in EVENTS:
        raise TypeError(f"There is no shape for {wanted}: say in questions.py what a page sends.")
    return EVENTS[wanted]


def _functions(part: Any) -> dict[str, type[BaseModel]]:
    """Ours; Gradio's own components have some too. Raises KeyError for one that has no form."""
    ours = getattr(part, "server_fns", ()) if isinstance(part, gr.HTML) else ()
    return {fn.__name__: FUNCTIONS[fn.__name__] for fn in ours}


def _plain(value: Any) -> Any:
    return to_jsonable_python(value, by_alias=True, exclude_none=True)


def _written(value: Any) -> bytes:
    return to_json(value, inf_nan_mode="constants")
