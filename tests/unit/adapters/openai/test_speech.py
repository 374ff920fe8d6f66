"""Thoughts, special tokens and written calls never reach the customer, in whatever pieces they come."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.openai.speech import ReplyContext, Speech
from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderReplyInvalid

TOOLS: dict[str, Json] = {
    "find_payments": {"amount_rub": {"type": "integer"}},
    "hand_over": {"to": {"type": "string"}, "reason": {"type": "string"}},
}
WORDS = "Понял вас, сейчас разберёмся."
BARE = '{"name": "find_payments", "arguments": {}}'
NUMBERED = '[{"tool_call_id": "0", "tool_name": "find_payments", "parameters": {}}]'

THOUGHT = {
    "think": f"<think>\nСердится.\n</think>\n\n{WORDS}",
    "capitals": f"<THINK>Сердится.</Think>{WORDS}",
    "attribute": f"<thinking depth='2'>Сердится.</thinking>{WORDS}",
    "reasoning": f"<reasoning>Сердится.</reasoning>\n<answer>{WORDS}</answer>",
    "seed": f"<seed:think>Сердится.</seed:think>{WORDS}",
    "empty": f"<think></think>{WORDS}",
    "magistral": f"[THINK]Сердится.[/THINK]{WORDS}",
    "kimi": f"◁think▷Сердится.◁/think▷{WORDS}",
    "cohere": f"<|START_THINKING|>Сердится.<|END_THINKING|><|START_RESPONSE|>{WORDS}<|END_RESPONSE|>",
    "gemma": f"<|channel>thought\nСердится.<channel|>{WORDS}",
    "deepseek": f"<｜begin▁of▁thinking｜>Сердится.<｜end▁of▁thinking｜>{WORDS}<｜end▁of▁sentence｜>",
    "harmony": f"<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>{WORDS}",
    "harmony without tokens": f"analysisWe must be kind.assistantfinal{WORDS}",
    "react": f"Thought: сердится.\nFinal Answer: {WORDS}",
    "fence": f"```thinking\nСердится.\n```\n{WORDS}",
    "details": f'<details type="reasoning" done="true"><summary>Hm</summary>Сердится.</details>{WORDS}',
    "made-up result": f"<tool_response>{{}}</tool_response>{WORDS}</tool_call>",
    "unused tokens": f"<unused94>thought\nСердится.<unused95>{WORDS}",
    "token with a slash": f"<|think|>Сердится.<|/think|>{WORDS}",
    "token with a slash before": f"<|reasoning_thought|>Сердится.</think>{WORDS}",
    "two": f"<think>a</think><think>b</think>{WORDS}",
}
TOKENS = {
    "next line": f"{WORDS}<|im_end|>\n<|im_start|>user\nЕщё вопрос",
    "head": f"<|im_start|>assistant\n{WORDS}<|im_end|>",
    "llama": f"<|start_header_id|>assistant<|end_header_id|>\n\n{WORDS}<|eot_id|>",
    "gemma": f"<start_of_turn>model\n{WORDS}<end_of_turn>\n<end_of_turn>",
    "sentence": f"<s> {WORDS}</s>",
    "granite": f"<|start_of_role|>assistant<|end_of_role|>{WORDS}<|end_of_text|>",
    "granite's next line": f"{WORDS}<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Ещё вопрос",
    "exaone": f"[|assistant|]{WORDS}[|endofturn|]\n[|user|]Ещё вопрос",
    "named speaker": f"Assistant: {WORDS}",
    "named speaker in Russian": f"Ассистент: {WORDS}",
    "runs on": f"{WORDS}\n\nHuman: Ещё вопрос\n\nAssistant: Да",
    "runs on as a user": f"{WORDS}\n\nUser: Ещё вопрос\nAssistant: Да",
    "alpaca": f"### Response:\n{WORDS}\n\n### Instruction:\nЕщё вопрос",
    "inst": f"{WORDS}[INST] Ещё вопрос",
    "inside": "Понял вас,<pad> сейчас<|fim_middle|> разберёмся.<|endoftext|>",
    "end of text": f"{WORDS} [end of text]",
}
CALLS = {
    "hermes": f"<tool_call>\n{BARE}\n</tool_call>",
    "hermes without end": f"<tool_call>{BARE}",
    "after words": f"Сейчас посмотрю.\n<tool_call>{BARE}</tool_call>",
    "json": BARE,
    "json of llama": '{"name": "find_payments", "parameters": {}}',
    "json after words": f"Сейчас: {BARE}",
    "python's quotes": "{'name': 'find_payments', 'arguments': {}}",
    "list": f"[{BARE}]",
    "fence": f"Секунду\n```json\n{BARE}\n```",
    "openai's form": '{"tool_calls": [{"function": {"name": "find_payments", "arguments": "{}"}}]}',
    "mistral": f"[TOOL_CALLS][{BARE}]",
    "mistral's later form": "[TOOL_CALLS]find_payments[ARGS]{}",
    "mistral without tokens": "find_payments{}",
    "python tag": f"<|python_tag|>{BARE}<|eom_id|>",
    "python call": "<|python_tag|>find_payments.call()",
    "pythonic": "[find_payments()]",
    "tool code": "```tool_code\nfind_payments()\n```",
    "function tag": "<function=find_payments>{}</function>",
    "anthropic": '<function_calls>\n<invoke name="find_payments">\n</invoke>\n</function_calls>',
    "glm": "<tool_call>find_payments\n</tool_call>",
    "granite": f"<|tool_call|>[{BARE}]",
    "cohere": f"<|START_ACTION|>{NUMBERED}<|END_ACTION|>",
    "cohere without tokens": NUMBERED,
    "deepseek's later form": '<｜DSML｜function_calls><｜DSML｜invoke name="find_payments"></｜DSML｜invoke>',
    "deepseek": "<｜tool▁call▁begin｜>function<｜tool▁sep｜>find_payments\n```json\n{}\n```",
    "kimi": "<|tool_call_begin|>functions.find_payments:0<|tool_call_argument_begin|>{}",
    "harmony": "<|channel|>commentary to=functions.find_payments <|constrain|>json<|message|>{}<|call|>",
    "react": "Thought: hm\nAction: find_payments\nAction Input: {}",
}
KEPT = [
    'Отправьте {"name": "Иван", "phone": 1} на почту, а не {"type": "x"}.',
    "Если цена < 500, а b > a, то пишите <адрес> и <email> [1], {x}.",
    'Вот:\n```json\n{"a": 1}\n```\nГотово.',
    "Тег `<think>` и «</think>» не из HTML, как и \"<tool_call>\".",
    "Старая цена <s>1990 ₽</s>, новая 990 ₽.",
    "We analysed it: analysis of the order is done. Action: none.",
    "- [ ] один\n- [x] два <b>жирно</b>\n1 < 2",
    "Откройте настройки → «Оплата» → [Открыть](https://example.com/a?b=<id>).",
    "Напишите /name {имя}",
    "В форме три поля:\nUser: ваша почта\nПароль: тот же\nAssistant: можно не заполнять",
    "Ответ сервера:\nResponse: 200\n### Assistant: так называется раздел",
    "Поле «Assistant: » не трогайте, Human: тоже.",
]  # fmt: skip


class Heard(Speech):
    """All of a reply, in pieces of `size` letters."""

    def __init__(self, text: str, size: int, held: bool, tools: dict[str, Json] | None = None) -> None:
        super().__init__(ReplyContext(TOOLS if tools is None else tools), held)
        pieces = [self.feed(text[at : at + size]) for at in range(0, len(text), size)]
        self.shown = "".join(pieces) + self.end()


IN_PIECES = pytest.mark.parametrize(("size", "held"), [(1, False), (3, False), (7, True), (10_000, False)])


@IN_PIECES
@pytest.mark.parametrize("name", [*THOUGHT, *TOKENS])
def test_only_what_is_meant_for_the_customer_is_shown(name: str, size: int, held: bool) -> None:
    text = {**THOUGHT, **TOKENS}[name]
    assert Heard(text, size, held).shown.strip().replace("  ", " ") == WORDS


@IN_PIECES
@pytest.mark.parametrize("name", CALLS)
def test_a_written_call_is_read_and_not_shown(name: str, size: int, held: bool) -> None:
    speech = Heard(CALLS[name], size, held)
    called = [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in speech.calls]
    assert called == [("find_payments", {})]
    assert not speech.unreadable
    assert speech.shown.strip() in ("", "Сейчас посмотрю.", "Сейчас:", "Секунду")


@IN_PIECES
@pytest.mark.parametrize("text", KEPT)
def test_a_legitimate_answer_is_kept_to_the_letter(text: str, size: int, held: bool) -> None:
    speech = Heard(text, size, held)
    assert speech.shown == text
    assert not speech.calls
    assert not speech.hidden


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            "<tool_call><function=hand_over><parameter=to>\nsales\n</parameter></function></tool_call>",
            {"to": "sales"},
        ),
        ('<invoke name="hand_over"><parameter name="reason">12</parameter></invoke>', {"reason": "12"}),
        (
            "<tool_call>hand_over<arg_key>to</arg_key><arg_value>sales</arg_value></tool_call>",
            {"to": "sales"},
        ),
        (
            '<｜DSML｜invoke name="hand_over"><｜DSML｜parameter name="to">sales</｜DSML｜parameter>',
            {"to": "sales"},
        ),
        ("[hand_over(to='sales', reason=\"a (b)\")]", {"to": "sales", "reason": "a (b)"}),
        ('hand_over {"to": "sales"}', {"to": "sales"}),
        ('{"name": "hand_over", "to": "sales"}', {"to": "sales"}),
        ('{"hand_over": {"to": "sales"}, "id": 1}', None),
        (
            '<tool_call>{"name": "hand_over", "arguments": "{\\"to\\": \\"sales\\"}"}</tool_call>',
            {"to": "sales"},
        ),
    ],
)
def test_arguments_are_read_in_every_notation(text: str, arguments: dict[str, str] | None) -> None:
    calls = Heard(text, 5, held=True).calls
    assert [json.loads(call["function"]["arguments"]) for call in calls] == ([arguments] if arguments else [])


def test_several_calls_keep_their_order_and_have_ids_of_their_own() -> None:
    other = '{"name": "hand_over", "arguments": {"to": "sales"}}'
    calls = Heard(f"<tool_call>{BARE}</tool_call>\n<tool_call>{other}</tool_call>", 4, held=False).calls
    assert [call["function"]["name"] for call in calls] == ["find_payments", "hand_over"]
    assert len({call["id"] for call in calls}) == 2


@pytest.mark.parametrize(
    "text", [BARE[:-2], f"<tool_call>{BARE[:-9]}", "<tool_call>nonsense</tool_call>", "[TOOL_CALLS]"]
)
@pytest.mark.parametrize("size", [2, 10_000])
def test_a_call_that_cannot_be_read_is_told_and_not_shown(text: str, size: int) -> None:
    speech = Heard(text, size, held=False)
    assert speech.unreadable
    assert speech.shown == ""


def test_a_call_of_a_tool_that_was_not_offered_is_no_text_either() -> None:
    speech = Heard('{"name": "wipe_disk", "arguments": {"all": true}}', 3, held=False, tools={})
    assert [call["function"]["name"] for call in speech.calls] == ["wipe_disk"]
    assert speech.shown == ""


def test_thoughts_that_no_tag_opens_are_not_shown_where_the_reply_is_held_back() -> None:
    speech = Heard(f"Сердится. Ок.\n</think>\n\n{WORDS}", 3, held=True)
    assert (speech.shown, speech.aloud) == (WORDS, True)


def test_thoughts_that_no_tag_opens_end_a_stream_that_has_shown_them() -> None:
    with pytest.raises(ProviderReplyInvalid, match="thoughts before a reply"):
        Heard(f"Сердится, но не опасен, ок.\n</think>\n\n{WORDS}", 3, held=False)


@pytest.mark.parametrize(
    "text", ["<think>Сердится", "<|channel|>analysis<|message|>Angry", "Thought: hm", "<think>"]
)
def test_thoughts_without_an_end_are_all_that_was_said(text: str) -> None:
    speech = Heard(text, 2, held=False)
    assert (speech.shown, speech.hidden) == ("", True)


PARTS = [
    *THOUGHT.values(),
    *TOKENS.values(),
    *CALLS.values(),
    *KEPT,
    "<",
    "[",
    "`",
    "{",
    "\n",
    "</think>",
    '"',
    "}",
]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_a_stream_in_any_pieces_says_and_calls_what_the_plain_reply_does(
    parts: list[str], luck: Random
) -> None:
    text = "".join(parts)
    whole = Heard(text, len(text), held=True)
    speech, at, shown = Speech(ReplyContext(TOOLS), held=luck.random() < 0.5), 0, ""
    try:
        while at < len(text):
            size = luck.choice([1, 2, 5, 30])
            shown += speech.feed(text[at : at + size])
            at += size
        shown += speech.end()
    except ProviderReplyInvalid:
        assert whole.aloud
        return
    assert shown == whole.shown
    told = [
        [(c["function"]["name"], c["function"]["arguments"]) for c in each.calls] for each in (speech, whole)
    ]
    assert told[0] == told[1]


def test_words_of_a_stream_are_shown_as_they_come() -> None:
    speech = Speech(ReplyContext(TOOLS))
    assert [speech.feed(word) for word in ("Да, ", "мы <b>", "открыты", ".")] == [
        "Да, ",
        "мы <b>",
        "открыты",
        ".",
    ]
