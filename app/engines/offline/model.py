"""The embedded model: a chat model like any other that answers from the knowledge base."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, SkipValidation

from app.core.company import in_use
from app.core.locales import languages
from app.core.models import OPERATOR, RELEVANT, Article, OpenMatter, Reading
from app.core.ports import Understanding
from app.engines.offline import acts
from app.engines.offline.conversation import (
    SEARCH,
    Call,
    Found,
    HandOver,
    LinePart,
    Move,
    PastDeed,
    Say,
    Scene,
)
from app.engines.offline.forbidding import stops_renewal
from app.engines.offline.foreign import without_foreign
from app.engines.offline.lexicon import plain
from app.engines.offline.policy import respond
from app.engines.offline.refusals import leading_refusal
from app.engines.offline.wishes import OFFER

NAME = "embedded"
HEARD = 4000  # characters of a line of the customer's; of a longer one its beginning and its end
Heard = dict[tuple[str, str], tuple[LinePart, ...]]
_CITED = re.compile(r"^\[([\w-]+)\]", re.MULTILINE)
_HIDDEN = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_RECORD = re.compile(r"(?<!\w)[A-ZА-Яa-zа-я]{1,2}\s?-\s?\d{3,}(?!\w)")
_PIECE = re.compile(r"\S+\s*|\s+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


class EmbeddedChatModel(BaseChatModel):
    """Deterministic, no network. Expects the facts that the orchestrator puts beside the system prompt.

    Usage counts words and punctuation marks; it costs nothing.
    """

    library: SkipValidation[Mapping[tuple[str, str], Article]]  # itself, not a copy: it may be a live view
    desks: Mapping[str, str] = Field(default_factory=lambda: in_use().desks)
    """By tool, the agent to whom a customer is handed who needs it."""
    understanding: SkipValidation[Understanding] | None = None

    @property
    def _llm_type(self) -> str:
        return NAME

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(t) for t in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._reply(messages, kwargs.get("tools", []))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(self._reply(messages, kwargs.get("tools", [])))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(self._reply(messages, kwargs.get("tools", []))):
            yield chunk

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)

    def _reply(self, messages: list[BaseMessage], tools: list[dict[str, Any]]) -> AIMessage:
        try:
            move = respond(self._scene(messages, tools))
        finally:
            plain.cache_clear()  # it holds words of the customer
        text, calls = _spoken(move, sum(isinstance(m, ToolMessage) for m in messages))
        said = text or json.dumps(calls, ensure_ascii=False)
        return AIMessage(
            text,
            tool_calls=calls,
            usage_metadata=_usage(messages, said),
            response_metadata={"model_name": NAME, **_told(move)},
        )

    def _scene(self, messages: list[BaseMessage], tools: list[dict[str, Any]]) -> Scene:
        facts = next((m.additional_kwargs for m in messages if isinstance(m, SystemMessage)), {})
        past, results = facts.get("memory") or {}, [m for m in messages if isinstance(m, ToolMessage)]
        offered = {t["function"]["name"]: t["function"]["parameters"]["properties"] for t in tools}
        to = offered.get("hand_over", {}).get("to", {})
        customer = [_heard(m) for m in messages if isinstance(m, HumanMessage)]
        lang, heard = facts.get("language", "ru"), facts.get("heard", {})
        matter = OpenMatter.model_validate(facts.get("matter") or {})
        return Scene(
            agent=facts.get("agent", ""),
            language=lang,
            customer=customer,
            agent_lines=[m.text for m in messages if isinstance(m, AIMessage) and m.text],
            found=_found(facts, [m for m in results if m.name == SEARCH], lang, self.library),
            library=self.library,
            desks=self.desks,
            escalates_to=facts.get("escalates_to"),
            handed=facts.get("handed"),
            has_searched=any(m.name == SEARCH for m in results),
            is_suspected=bool(facts.get("suspected")),
            by_person=_by_person(messages),
            may_hand_to=tuple(to.get("enum", [to["const"]] if "const" in to else [])),
            offered=frozenset(offered),
            results=tuple(_known(m) for m in results if m.name != SEARCH),
            clock=_clock(facts.get("now")),
            unhelpful=frozenset(past.get("unhelpful", ())),
            open_tickets=tuple(past.get("open_tickets", ())),
            parts=self._answers(customer[-1], lang, heard, _put(facts, matter)),
            later=tuple(part for line in matter.later for part in self._heard(line, lang, heard)),
            matter=matter,
            deeds=tuple(_deed(use) for use in facts.get("used", ())),
            proposal=facts.get("proposal") or {},
        )

    def _answers(self, line: str, language: str, heard: Heard, put: str) -> tuple[LinePart, ...]:
        """Beside a question of ours a no may stand before another wish, which is read by itself."""
        no, rest = leading_refusal(line, put) if put else ("", line)
        wishes = self._heard(rest, language, heard)
        if no and any(part.reading.best in acts.WANTED or stops_renewal(part) for part in wishes):
            return (*self._heard(no, language, heard), *wishes)
        return self._heard(line, language, heard)

    def _heard(self, line: str, language: str, heard: Heard) -> tuple[LinePart, ...]:
        """Read once a turn, however many tools are called in it."""
        if (line, language) not in heard:
            heard[line, language] = self._parts(line, language)
        return heard[line, language]

    def _parts(self, line: str, language: str) -> tuple[LinePart, ...]:
        if self.understanding is None:
            return (LinePart(line, Reading(())),)
        bare = _RECORD.sub(" ", line)
        if bare != line and len(bare.split()) > 1:  # a number beside words does not say what is wanted
            read = self.understanding.read_parts(bare)
            if len(read) == 1:
                return (LinePart(line, _believed(line, read[0][1], language)),)
        read = self.understanding.read_parts(line)
        return tuple(LinePart(text, _believed(text, reading, language)) for text, reading in read)


def _believed(text: str, reading: Reading, language: str) -> Reading:
    """In a language without lines of its own only what is clear, and no talk, counts."""
    reading = without_foreign(text, reading)
    own = language in languages("acts.yaml")
    least = acts.LEAST if reading.best in acts.READS else acts.LIKELY
    clear = reading.p(reading.best) >= least and reading.best not in acts.CHAT
    return reading if own or clear else Reading(())


def _put(facts: Mapping[str, Any], matter: OpenMatter) -> str:
    """The tool that is proposed, or that something is offered."""
    proposed: dict[str, Any] = facts.get("proposal") or {}
    return str(proposed.get("tool", "")) or (OFFER if matter.asked == OFFER else "")


def _told(move: Move) -> dict[str, Any]:
    """What the turn keeps of an answer beside its words."""
    if not isinstance(move, Say):
        return {"citations": []}
    return {"citations": move.citations, "matter": move.matter, "unsettled": False, "declines": move.declines}


def _deed(use: Mapping[str, Any]) -> PastDeed:
    return PastDeed(use["name"], _facts(use["result"]), use.get("status", ""), use.get("number", ""))


def _by_person(messages: list[BaseMessage]) -> bool:
    spoken = [m for m in messages if isinstance(m, AIMessage) and m.text]
    return bool(spoken) and spoken[-1].additional_kwargs.get("by") == OPERATOR


def _heard(message: HumanMessage) -> str:
    """As it was meant, where the orchestrator has found that; what a page would not show was not said."""
    line = (
        _HIDDEN.sub(" ", str(message.additional_kwargs.get("cleaned", message.text))).strip() or message.text
    )
    return line if len(line) <= HEARD else f"{line[: HEARD // 2]}\n{line[-HEARD // 2 :]}"


def _known(result: ToolMessage) -> tuple[str, dict[str, Any]]:
    return str(result.name), _facts(result.text)


def _facts(result: str) -> dict[str, Any]:
    """Of a tool; what is no JSON object tells nothing."""
    try:
        facts = json.loads(result)
    except json.JSONDecodeError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _clock(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=in_use().zone) if text else None


def _found(
    facts: Mapping[str, Any],
    results: list[ToolMessage],
    lang: str,
    library: Mapping[tuple[str, str], Article],
) -> list[Found]:
    """What the orchestrator found; after a search of one's own, what that found of one's own articles."""
    if not results:
        pairs = facts.get("passages", [])
        return [Found(library[lang, name], score) for name, score in pairs if (lang, name) in library]
    cited = [library.get((lang, name)) for m in results for name in _CITED.findall(m.text)]
    return [Found(a, RELEVANT) for a in cited if a is not None and a.agent == facts.get("agent")]


def _spoken(move: Move, before: int) -> tuple[str, list[Any]]:
    """`before` is how many tools ran in this turn."""
    match move:
        case Say(text):
            return text, []
        case HandOver(to, reason, known):
            return "", [_call("hand_over", {"to": to, "reason": reason, "known": known}, before)]
        case Call(tool, arguments):
            return "", [_call(tool, arguments, before)]


def _call(name: str, arguments: dict[str, Any], before: int) -> dict[str, object]:
    return {"name": name, "args": arguments, "id": f"call_{name}_{before}", "type": "tool_call"}


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """Word by word; the last chunk is empty and carries usage and metadata."""
    for piece in _PIECE.findall(message.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    calls = [
        {"name": c["name"], "args": json.dumps(c["args"]), "id": c["id"], "index": n}
        for n, c in enumerate(message.tool_calls)
    ]
    last = AIMessageChunk(
        content="",
        tool_call_chunks=calls,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
        chunk_position="last",
    )
    yield ChatGenerationChunk(message=last)


def _usage(messages: list[BaseMessage], said: str) -> UsageMetadata:
    asked = sum(len(_TOKEN.findall(m.text)) for m in messages)
    answered = len(_TOKEN.findall(said))
    return UsageMetadata(input_tokens=asked, output_tokens=answered, total_tokens=asked + answered)
