"""What is meant for machines in the text of a reply: thoughts, calls of tools, special tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

Kind = Literal["open", "close", "call", "end", "role", "channel", "strip", "fence", "json"]

_MIND = (
    r"(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis|deliberation|chain_of_thought|cot"
    r"|(?:inner|internal)_?(?:monologue|thoughts?)|monologue)"
)
_CALL = (
    r"(?:tool_?calls?|function_?calls?|tool_?use|tool_?code|invoke|start_function_call"
    r"|function\s*=|function\s+name\s*=|tool\s+name\s*=)"
)
_RESULT = r"(?:(?:tool|function)_?(?:response|result|output)s?|observation)"
_SPACE = r"(?:\w{1,20}:|[|｜]\w{1,20}[|｜])?"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("close", rf"<\s*/\s*{_SPACE}{_MIND}\s*>|\[/THINK\]|◁/think▷|<unused95>"),
    ("strip", rf"<\s*{_SPACE}{_MIND}\s*/>|</?(?:final_?)?answer>"),
    ("strip", rf"<\s*/\s*{_SPACE}(?:{_CALL}|{_RESULT}|function|parameter)\s*>|\[/TOOL_?(?:CALLS?|REQUEST)\]"),
    ("open", rf"<\s*{_SPACE}(?:{_MIND}|{_RESULT})(?:\s[^<>]{{0,100}})?>|\[THINK\]|◁think▷|<unused94>"),
    ("open", r"<details\s[^<>]{0,60}reasoning[^<>]{0,60}>"),
    ("call", rf"<\s*{_SPACE}{_CALL}[^<>]{{0,120}}>|\[TOOL_?(?:CALLS?|REQUEST)\]"),
    ("role", r"<\|(?:im_start|start_header_id|start_of_role|start)\|>|<start_of_turn>"),
    (
        "end",
        r"</s>|<(?:eos|eot|end_of_turn|end_of_utterance|end_of_text)>|\[/?INST\]|\[(?:end of text|EOS)\]"
        r"|\[\|(?:endofturn|user|system)\|\]"
        r"|(?m:^)(?:Human: |### ?(?:Human|User|Instruction|Input):)|(?<=\n\n)(?:User|Пользователь): ",
    ),
    ("strip", r"<(?:bos|pad|unk|mask|unused\d+|extra_id_\d+|0x[0-9A-F]{2})>|<</?SYS>>|\[(?:BOS|PAD)\]"),
    (
        "strip",
        r"<s>|\[\|assistant\|\]"
        r"|(?m:^)(?:### ?(?:Assistant|Response)|(?:AI )?Assistant|AI|Bot|Ассистент|Бот):\s",
    ),
    ("fence", r"(?m:^)[ \t]*```[^`\n]*\n"),
    (
        "json",
        r"(?:\[\s*)?\{\s*[\"'](?:name|function(?:_name)?|tool(?:_name|_calls|_uses|_call_id)?|action|arguments|parameters|args"
        r"|id|type|recipient_name)[\"']\s*:",
    ),
)
_TOKEN = r"<(?:[|｜]/?[^|｜<>\s]{1,60}[|｜]|\|[\w.:▁-]{1,40}|[\w.:▁-]{1,40}\|)>"
_ENDS = re.compile(
    r"im_end|eot(_id)?|eom(_id)?|eos|end|return|end_?of_?(text|turn(_token)?|sentence|utterance|message)|endoftext"
    r"|end_response|user|im_sep|call|turn"
)
_UNFINISHED = re.compile(
    r"(?:<[^<>\n]{0,140}|◁[^▷]{0,10}|\[[\w/| ]{0,16}|(?m:^)[ \t]*`{1,3}[^`\n]{0,40}"
    r"|(?:\[\s*)?\{\s*(?:[\"'](?:\w{0,16}[\"']?\s*)?)?)\Z"
)
_LEAD = r"(?m:^)[ \t]*\[?(?:functions\.|tool\s*=\s*)?"
_SPEAKERS = ("Assistant:", "AI Assistant:", "AI:", "Bot:", "Ассистент:", "Бот:")
_STARTS = (
    "Action:",
    "functions.",
    "tool=",
    "analysis",
    "Thought:",
    "Human:",
    "User:",
    "Пользователь:",
    "### ",
    *_SPEAKERS,
)
ONLY_FIRST = (
    "<s>",
    "analysis",
    "thought:",
    "### response",
    "### assistant",
    *map(str.lower, _SPEAKERS),
)  # where nothing has been said before
QUOTES = "`\"'«»“”„‘’"


@lru_cache(maxsize=64)
def pattern_for(tools: frozenset[str]) -> re.Pattern[str]:
    """Finds any of them; the name of the group that matched, without its number, is its kind."""
    named = "|".join(map(re.escape, sorted(tools, key=len, reverse=True)))
    called = [
        ("call", rf"{_LEAD}(?:{named})(?:\s*[(\[{{<]|[ \t]*\n[ \t]*\{{)"),
        ("call", rf"(?m:^)[ \t]*Action:[ \t]*(?:{named})\b"),
    ]
    mind = [
        ("open", r"(?m:^)(?:analysis(?=[A-ZА-ЯЁ\"'])|[ \t]*Thought:\s)")
    ]  # gpt-oss without its tokens; ReAct
    every = [
        *((kind, f"(?i:{text})") for kind, text in _PATTERNS),
        *(called if named else []),
        *mind,
        ("token", _TOKEN),
    ]
    return re.compile("|".join(f"(?P<{kind}_{n}>{text})" for n, (kind, text) in enumerate(every)))


def marker_kind(found: re.Match[str]) -> Kind:
    kind = str(found.lastgroup).partition("_")[0]
    return _of_token(found[0]) if kind == "token" else kind  # type: ignore[return-value]


def _of_token(text: str) -> Kind:
    name = re.sub(r"[<>|｜]", "", text).replace("▁", "_").lower()
    if (
        "tool" in name
        or "function" in name
        or name in ("python_tag", "action_start", "start_action", "plugin", "dsml")
    ):
        return "call"
    if "thought" in name or "think" in name:
        return "close" if name.startswith(("/", "end")) or name.endswith("_end") else "open"
    if name == "channel":
        return {"<|channel>": "open", "<channel|>": "close"}.get(text.lower(), "channel")  # type: ignore[return-value]
    return "end" if _ENDS.fullmatch(name) else "strip"


def unfinished(text: str, tools: Iterable[str]) -> int:
    """Where the end of `text` may be the beginning of a marker; its length where it is not."""
    tail = text[-160:]
    found = _UNFINISHED.search(tail)
    start = len(text) - len(tail) + found.start() if found else len(text)
    line = text.rfind("\n") + 1
    said = text[line:].lstrip(" \t[")
    if len(said) < 80 and any(_may_become(said, start_) for start_ in (*_STARTS, *tools)):
        return min(start, line)
    return start


def _may_become(said: str, start: str) -> bool:
    return start.startswith(said) or (said.startswith(start) and len(said) <= len(start) + 40)
