"""What a page may send for a component. It is read from the component, so that none can be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import gradio as gr
from gradio.blocks import Block
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.ui.validation.uploads import is_kept

LINE = 1000
"""Letters of a text whose component names no limit."""
CHOICE = 20_000
"""Letters of a choice: it may be a cell of somebody's table. Whether it is offered is looked up as well."""
MANY = 500
"""Choices at once."""
FAR = 1e12


def shape(part: Block) -> Any:
    """A type for pydantic. Raises TypeError for a kind of component that has none here."""
    make = SHAPES.get(type(part))
    if make is None:
        raise TypeError(f"There is no shape for {type(part).__name__}: say in shapes.py what a page sends.")
    return make(part)


def is_offered(part: Block, value: Any) -> bool:
    """Whether a choice is on the list; Gradio asks the same, and writes a traceback where it is not."""
    if value is None or not isinstance(part, gr.Radio | gr.Dropdown) or _custom(part):
        return True
    known = [known for _, known in part.choices]
    return all(each in known for each in (value if isinstance(value, list) else [value]))


def _custom(part: Block) -> bool:
    return bool(getattr(part, "allow_custom_value", False))


class FileMeta(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type_: Literal["gradio.FileData"] = Field(alias="_type")


class Sent(BaseModel):
    """A file that was uploaded before, as a page names it."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=LINE)
    url: str | None = Field(None, max_length=4 * LINE)
    orig_name: str | None = Field(None, max_length=LINE)
    size: int | None = Field(None, ge=0, le=2**40)
    mime_type: str | None = Field(None, max_length=LINE)
    is_stream: Literal[False] = False
    meta: FileMeta

    @model_validator(mode="after")
    def _is_here(self) -> Sent:
        if not is_kept(self.path):
            raise ValueError("not an uploaded file")
        if self.url is not None and not unquote(self.url).endswith(f"/gradio_api/file={self.path}"):
            raise ValueError("another address")
        return self


def _text(part: Any) -> Any:
    return Annotated[str, Field(max_length=part.max_length or LINE)] | None


def _button(_: Any) -> Any:
    return Annotated[str, Field(max_length=LINE)] | None


def _number(part: Any) -> Any:
    low = -FAR if part.minimum is None else part.minimum
    high = FAR if part.maximum is None else part.maximum
    return Annotated[int | float, Field(ge=low, le=high, allow_inf_nan=False)] | None


def _slider(part: Any) -> Any:
    return Annotated[int | float, Field(ge=part.minimum, le=part.maximum, allow_inf_nan=False)]


def _choice(part: Any) -> Any:
    """None only where a page may begin with it: what has a choice from the start keeps one."""
    one: Any = Annotated[str, Field(max_length=LINE if _custom(part) else CHOICE)]
    if getattr(part, "multiselect", False):
        return Annotated[list[one], Field(max_length=MANY)] | None
    return one if part.value is not None and not _custom(part) else one | None


def _file(part: Any) -> Any:
    return (Annotated[list[Sent], Field(max_length=MANY)] if part.file_count == "multiple" else Sent) | None


SHAPES: dict[type[Block], Callable[[Any], Any]] = {
    gr.State: lambda _: None,  # it stays with us
    gr.Textbox: _text,
    gr.Button: _button,
    gr.Dropdown: _choice,
    gr.Radio: _choice,
    gr.Checkbox: lambda _: bool | None,
    gr.Number: _number,
    gr.Slider: _slider,
    gr.File: _file,
}
