"""What a reply says to the customer: without thoughts, special tokens and calls that were written as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.adapters.openai.failures import ALOUD
from app.adapters.openai.markers import ONLY_FIRST, QUOTES, Kind, marker_kind, pattern_for, unfinished
from app.adapters.openai.sse import Json
from app.adapters.openai.written_calls import json_at, written_calls
from app.core.exceptions import ProviderReplyInvalid

LONGEST_BLOCK = 20_000  # letters of a fence or of JSON that are held back until it is known what they are
Section = Literal["thought", "call", "role", "channel", "fence", "json"]
_SECTIONS: dict[Kind, Section] = {
    "open": "thought", "call": "call", "role": "role", "channel": "channel", "fence": "fence", "json": "json",
}  # fmt: skip
_THOUGHT_ENDS = re.compile(
    r"<\s*/\s*(?:\w{1,20}:)?\w*(?:think|thought|reason|reflect|scratch|analysis|deliberat|cot|monologue)\w*\s*>"
    r"|<\s*/\s*(?:(?:tool|function)_?(?:response|result|output)s?|observation|details)\s*>"
    r"|\[/THINK\]|◁/think▷|<unused95>|<[|｜]/[^|｜<>\s]{1,40}[|｜]>|<[|｜][^|｜<>\s]*(?:end|return|start)[^|｜<>\s]*[|｜]>|<\w*channel\|>"
    r"|<\|channel\|>\s*final\s*<\|message\|>|assistant(?:commentary)?final",
    re.IGNORECASE,
)
_STEP_ENDS = re.compile(r"\n[ \t]*(?:(?:Final )?Answer:[ \t]*|(?=Action:))")
_THOUGHT_FENCE = re.compile(r"\s*```[ \t]*(?:think|thought|reason|analysis)\w*", re.IGNORECASE)
_FENCE_END = re.compile(r"^[ \t]*```(?![\w`])", re.MULTILINE)
_ROLE = re.compile(
    r"\s*([a-z]{2,9})?(?:<\|(?:end_header_id|end_of_role|message)\|>)?[ \t]*:?\s*", re.IGNORECASE
)
_SPEAKERS = ("assistant", "model", "ai", "bot", "user", "human", "system", "tool", "developer")
_OTHERS = _SPEAKERS[4:]
_MACHINERY = re.compile(r"<[^<>]*>|\[/?[A-Z_]+\]|```\w*")
_MESSAGE = "<|message|>"


@dataclass(frozen=True)
class ReplyContext:
    """`tools`: the properties of their arguments by name. `heard`: what others than the model have said."""

    tools: Mapping[str, Json] = field(default_factory=dict)
    heard: str = ""

    def quotes(self, text: str) -> bool:
        return bool(text.strip()) and "".join(text.split()) in "".join(self.heard.split())


class Speech:
    """Fed with pieces; gives back what may be shown so far.

    `held`: nothing is given before the end. Only so is nobody shown the thoughts of a model whose template
    has opened them in the prompt, so that the reply holds nothing but their end (`aloud`).
    """

    def __init__(self, asked: ReplyContext, held: bool = False) -> None:
        self.aloud = False
        self.hidden = False
        self.unreadable = False
        self.calls: list[Json] = []
        self._asked, self._held = asked, held
        self._pattern = pattern_for(frozenset(asked.tools))
        self._rest, self._mark = "", 0  # what is not decided yet, after `_mark` letters that are
        self._visible, self._said, self._given = "", False, False
        self._section: Section | None = None
        self._written = ""
        self._over = self._struck = False
        self._ends = _THOUGHT_ENDS

    def feed(self, text: str) -> str:
        self._rest += text
        while self._step(final=False):
            pass
        return "" if self._held else self._give()

    def end(self) -> str:
        """The rest. `unreadable`: there was a call that cannot be read, or that quotes the customer."""
        while self._step(final=True):
            pass
        if self._section == "call":
            self._carry_out(self._written + self._rest[self._mark :])
        return self._give()

    @property
    def spoke(self) -> bool:
        return self._said

    def _give(self) -> str:
        given, self._visible = self._visible, ""
        self._given = self._given or bool(given.strip())
        return given

    def _step(self, final: bool) -> bool:
        """One section or one marker; False where more has to be heard."""
        if self._over or len(self._rest) <= self._mark:
            self._rest, self._mark = ("", 0) if self._over else (self._rest, self._mark)
            return False
        return self._inside(self._section, final) if self._section else self._outside(final)

    def _outside(self, final: bool) -> bool:
        found = self._pattern.search(self._rest, self._mark)
        while found and self._is_mention(found):
            found = self._pattern.search(self._rest, found.end())
        if found and (final or found.end() < len(self._rest)):
            self._say(found.start())
            self._enter(marker_kind(found), found)
            return True
        safe = len(self._rest) if final else unfinished(self._rest, self._asked.tools)
        self._say(max(self._mark, min(safe, found.start() if found else safe)))
        return False

    def _is_mention(self, found: re.Match[str]) -> bool:
        """It is a word of the reply: in quotation marks, or where such a marker never stands."""
        if found[0].strip().lower().startswith(ONLY_FIRST) and self._has_said(found.start()):
            return True
        before, after = self._rest[: found.start()][-1:], self._rest[found.end() :][:1]
        quoted = bool(before and after) and before in QUOTES and after in QUOTES
        return quoted and marker_kind(found) not in ("fence", "json")

    def _has_said(self, upto: int) -> bool:
        return self._said or bool(self._rest[self._mark : upto].strip())

    def _say(self, upto: int) -> None:
        """What stands before `upto` is for the customer."""
        text = self._rest[self._mark : upto]
        text = text if self._said else text.lstrip()
        self._visible += text
        self._said = self._said or bool(text)
        self._struck = self._struck or "<s>" in text
        self._skip(upto, self._rest[:upto][-2:])

    def _skip(self, upto: int, before: str = "\n") -> None:
        """Go on behind `upto`; `before` is what stands there as the letters before, for lines and quotes."""
        self._rest, self._mark = before + self._rest[upto:], len(before)

    def _enter(self, kind: Kind, found: re.Match[str]) -> None:
        length = found.end() - found.start()
        if kind == "end" and self._struck and found[0] == "</s>":  # struck through, not the end
            self._struck = False
            self._say(self._mark + length)
            return
        self._section = _SECTIONS.get(kind)
        if kind in ("fence", "json"):
            return
        self.hidden = True
        self._ends = _STEP_ENDS if found[0].lstrip().startswith("Thought:") else _THOUGHT_ENDS
        self._skip(self._mark + length)
        if kind == "call":
            self._written = found[0]
        elif kind == "end":
            self._over = self._said or bool(self.calls)
        elif kind == "close":
            self._take_back()

    def _take_back(self) -> None:
        """All that was said so far was thought."""
        self.aloud = True
        if self._given:
            raise ProviderReplyInvalid(ALOUD)
        self._visible, self._said = "", False

    def _inside(self, section: Section, final: bool) -> bool:
        if section == "thought":
            return self._think(final)
        if section == "call":
            self._written += self._rest[self._mark :]
            self._skip(len(self._rest))
            return False
        if section == "role":
            return self._hear_role(final)
        return self._hear_channel() if section == "channel" else self._weigh(section, final)

    def _think(self, final: bool) -> bool:
        ends = self._ends.search(self._rest, self._mark)
        if ends and (final or ends.end() < len(self._rest)):
            self._section = None
            self._skip(ends.end())
            return True
        self._skip(max(self._mark, ends.start() if ends else len(self._rest) - 80))
        return False

    def _hear_role(self, final: bool) -> bool:
        if not final and len(self._rest) < self._mark + 40:
            return False
        told = _ROLE.match(self._rest, self._mark)
        self._section = None
        who = (told[1] or "").lower() if told else ""
        self._over = who in _OTHERS
        self._skip(told.end() if told and who in ("", *_SPEAKERS) else self._mark)
        return True

    def _hear_channel(self) -> bool:
        """gpt-oss: analysis is thought, commentary to a function is a call, final is for the customer."""
        header, told, _ = self._rest[self._mark :].partition(_MESSAGE)
        if not told:
            return False
        self._skip(self._mark + len(header) + len(_MESSAGE))
        self._section = None if header.strip().lower().startswith("final") else "thought"
        if "to=" in header:
            self._section, self._written = "call", header
        return True

    def _weigh(self, section: Section, final: bool) -> bool:
        """JSON or a fence is either a call or a part of the reply."""
        end = self._block_end(section, final)
        if end is None and not final and len(self._rest) < LONGEST_BLOCK:
            return False
        self._section, cut = None, end is None
        end = len(self._rest) if end is None else end
        block = self._rest[self._mark : end]
        if written_calls(block, self._asked.tools) or (
            cut and any(name in block for name in self._asked.tools)
        ):
            self._carry_out(block)
            self._skip(end)
        elif section == "fence" and _THOUGHT_FENCE.match(block):
            self.hidden = True
            self._skip(end)
        else:
            self._say(end)
        return True

    def _block_end(self, section: Section, final: bool) -> int | None:
        block = self._rest[self._mark :]
        if section == "fence":
            closing = _FENCE_END.search(block, block.find("\n") + 1)
            return self._mark + closing.end() if closing and (final or closing.end() < len(block)) else None
        found = json_at(block)
        return self._mark + found[1] if found else None

    def _carry_out(self, text: str) -> None:
        calls = written_calls(text, self._asked.tools)
        self.hidden = True
        self.unreadable = not calls or self._asked.quotes(_MACHINERY.sub("", text))
        self.calls += [] if self.unreadable else calls
