"""What the mock server says: replies made from the request alone, so that a demo makes sense."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException

from app.core.company import in_use

Json = dict[str, Any]


@dataclass(slots=True)
class MockReply:
    """One reply: text, or calls as (name, JSON text of the arguments)."""

    text: str | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    finish: str = "stop"
    usage: bool = True

    @classmethod
    def scripted(cls, line: Json) -> MockReply:
        """From a line of `POST /mock/script`: `text`, `structured` or `tool_calls`, and `finish_reason`."""
        text = line.get("text")
        if "structured" in line:
            text = json.dumps(line["structured"], ensure_ascii=False)
        calls = [(c["name"], json.dumps(c.get("arguments", {}))) for c in line.get("tool_calls", [])]
        finish = line.get("finish_reason", "tool_calls" if calls else "stop")
        return cls(text=text, calls=calls, finish=finish)


def reply_to(body: Json, refused: frozenset[str]) -> MockReply:
    """Raises HTTPException 400 where the request needs a mode that is in `refused`."""
    kind = body.get("response_format", {}).get("type", "tools" if "tools" in body else "text")
    if kind in refused:
        raise HTTPException(400, f"{kind} is not supported by this model")
    said = last_words(body)
    if kind == "json_schema":
        schema = body["response_format"]["json_schema"]["schema"]
        return MockReply(text=_dump(fill(schema, said)))
    if kind == "tools" and (tool := _told_tool(body)):
        return MockReply(
            calls=[(tool["name"], _dump(fill(tool.get("parameters", {}), said)))], finish="tool_calls"
        )
    if schema := _schema_in_prompt(body):
        return MockReply(text=_dump(fill(schema, said)))
    return MockReply(text=f"Mock reply to: {said}")


def last_words(body: Json) -> str:
    """The text of the last user message."""
    said = [m.get("content") for m in body.get("messages", []) if m.get("role") == "user"]
    return _text(said[-1]) if said else ""


def first_words(body: Json) -> str:
    """The text of the first message, which is the system's."""
    messages = body.get("messages") or [{}]
    return _text(messages[0].get("content"))


def tokens_in(body: Json) -> int:
    """About four characters a token."""
    return 1 + sum(len(_text(m.get("content"))) for m in body.get("messages", [])) // 4


def route(said: str, agents: list[Any]) -> Any:
    """The agent whose key words occur, the costliest to miss first; else the one who serves the unclear."""
    low, known = said.lower(), in_use().agents
    for agent in sorted(known.values(), key=lambda agent: not agent.last_resort):
        if agent.name in agents and any(word in low for word in agent.mock_keywords):
            return agent.name
    front = next(iter(known))
    return front if front in agents else agents[0]


def fill(schema: Json, said: str) -> Any:
    """A value that satisfies `schema`; an `agent` enum is filled by routing `said`."""
    return _Filler(schema.get("$defs", {}), said).value(schema, "")


@dataclass(slots=True)
class _Filler:
    defs: Json
    said: str

    def value(self, schema: Json, name: str) -> Any:
        if "$ref" in schema:
            return self.value(self.defs[schema["$ref"].rsplit("/", 1)[-1]], name)
        if "const" in schema:
            return schema["const"]
        if choices := schema.get("enum"):
            return route(self.said, choices) if name == "agent" else choices[0]
        if options := schema.get("anyOf"):
            return self.value(next((o for o in options if o.get("type") != "null"), options[0]), name)
        return self._plain(schema, name)

    def _plain(self, schema: Json, name: str) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if kind == "object":
            return {key: self.value(inner, key) for key, inner in schema.get("properties", {}).items()}
        if kind == "number":
            return schema.get("minimum", 0) if name != "confidence" else 0.9
        plain = {"integer": schema.get("minimum", 0), "boolean": False, "array": [], "null": None}
        return plain.get(kind, f"mock {name}".strip())


def _told_tool(body: Json) -> Json | None:
    """The tool that `tool_choice` forces; None where the model is free to answer in words."""
    choice = body.get("tool_choice")
    tools: list[Json] = [t["function"] for t in body["tools"] if "function" in t]
    if choice == "required":
        return tools[0]
    if isinstance(choice, dict):
        return next(t for t in tools if t["name"] == choice["function"]["name"])
    return None


def _schema_in_prompt(body: Json) -> Json | None:
    """The JSON schema that a message spells out, as JSON mode asks for."""
    for message in body.get("messages", []):
        _, told, text = _text(message.get("content")).partition("JSON schema")
        start = text.find('{"')
        if message.get("role") != "assistant" and told and start >= 0 and '"properties"' in text:
            found: Json = json.JSONDecoder().raw_decode(text[start:])[0]
            return found
    return None


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content)
    return content or ""


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
