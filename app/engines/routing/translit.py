"""Russian in Latin letters (`privet`) as it is spelled. Latin letters have no soft sign: it is put back where
the word before, or the ending, tells.
"""

from __future__ import annotations

import re

_LATIN_WORD = re.compile(r"[a-z']+")
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwyz'", "абцдефгхийклмнопкрстуввызь", strict=True)) | {"x": "х"}
_SOUNDS = _LETTERS | {
    "tsya": "тся", "shch": "щ", "sch": "щ", "iya": "ия", "iyu": "ию", "iye": "ие", "iy": "ий", "yi": "ый",
    "yy": "ый", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ju": "ю", "ya": "я",
    "ja": "я", "yo": "е", "ye": "е",
}  # fmt: skip
_ZH = re.compile(r"j(?=[eio])|\bj(?=[^aeiouy\W])")
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_SHORT_I = re.compile(r"(?<=[аеоуыэюя])ы|(?<=[аеоуыэюя])и\b|(?<=[ао])и(?=ти\b)")
_DIGIT = re.compile(r"[46](?=[a-z]{2})|(?<=[a-z])[46](?=[a-z])")
_DIGITS = {"4": "ch", "6": "sh"}
_LEADS = (
    "как где куда что сколько зачем хочу хотим хотел хотела хотели хочется могу может можно могли мог "
    "можете можем можешь сможете смогу надо нужно нельзя решил решила пора буду будем будете будет "
    "прошу собираюсь пытаюсь пробую пробовал пробовала обязаны должны должен должна лучше проще чтобы "
    "чтоб забыл забыла желаю удалось получается планирую просьба"
)
_BETWEEN = (
    "мне вам нам я вы мы бы не ли это теперь сейчас просто лучше еще его ее их вас у тут можно вообще "
    "быстро долго"
)
_FINITE = (
    "лежит|стоит|висит|горит|говорит|ходит|значит|длит|звучит|видит|просит|"
    "зависит|пишут|дают|берут|идут|могут|будут|ждут"
)
_INFINITIVE = re.compile(
    rf"\b((?:{_LEADS.replace(' ', '|')}) (?:(?:{_BETWEEN.replace(' ', '|')}) )*"
    rf"(?!\w*(?:{_FINITE})(?:ся)?\b)\w\w+(?:[аиоуыя]|мотре)т)(ся)?\b"
)
"""After these words a verb is an infinitive: `kak otmenit` is how to cancel, `kak rabotaet` is not."""
_ENDINGS = (
    (re.compile(r"(?<=[аияеуыо]л[аои])с\b|(?<=\w\wю)с\b"), "сь"),  # сломалась, боюсь
    (re.compile(r"(?<=\w[еи])ш\b"), "шь"),  # можешь
    (re.compile(r"(?<=\w\w\wост)\b|(?<=[аи]тел)\b"), "ь"),  # возможность, пользователь
    (re.compile(r"(?<=\w[вд])те\b"), "ьте"),  # отправьте, будьте
)
_BEGINNINGS = {
    "ползо": "пользо", "менш": "меньш", "болш": "больш", "сколк": "скольк", "толк": "тольк", "денг":
    "деньг", "писм": "письм", "нелз": "нельз", "пожалуст": "пожалуйст", "етот": "этот", "етог": "этог",
    "етой": "этой", "етом": "этом", "еше": "еще", "подклуч": "подключ", "отклуч": "отключ", "вклуч":
    "включ", "проверте": "проверьте", "сеичас": "сейчас", "воити": "войти", "отделн": "отдельн",
    "мобилн": "мобильн",
}  # fmt: skip
_WORDS = {
    "очен": "очень", "здес": "здесь", "тепер": "теперь", "ест": "есть", "опят": "опять", "ден": "день",
    "парол": "пароль", "ето": "это", "ета": "эта", "ети": "эти", "помощ": "помощь", "помош": "помощь",
    "помоч": "помочь", "модел": "модель", "кабел": "кабель", "пят": "пять", "шест": "шесть", "сем":
    "семь", "восем": "восемь", "девят": "девять", "десят": "десять", "жал": "жаль", "вес": "весь",
    "хот": "хоть", "памят": "память", "печат": "печать", "связ": "связь", "част": "часть", "пуст":
    "пусть", "запис": "запись", "двер": "дверь", "ноч": "ночь", "вещ": "вещь",
}  # fmt: skip
_BEGUN = re.compile(rf"\b(?:{'|'.join(_BEGINNINGS)})")
_WHOLE = re.compile(r"\w+")


def from_translit(text: str) -> str:
    return spell(to_sounds(text))


def spell(sounds: str) -> str:
    """With the signs that Latin letters lack; the words around tell some of them."""
    spelled = _BEGUN.sub(lambda found: _BEGINNINGS[found[0]], sounds)
    spelled = _WHOLE.sub(lambda word: _WORDS.get(word[0], word[0]), spelled)
    for ending, sign in _ENDINGS:
        spelled = ending.sub(sign, spelled)
    return _INFINITIVE.sub(lambda found: f"{found[1]}ь{found[2] or ''}", spelled)


def to_sounds(text: str) -> str:
    """Letter by letter."""
    latin = _ZH.sub("zh", replace_digits(text))
    spelled = _LATIN_WORD.sub(lambda word: _SOUND.sub(lambda found: _SOUNDS[found[0]], word[0]), latin)
    return _SHORT_I.sub("й", spelled)


def replace_digits(text: str) -> str:
    """4 for ч and 6 for ш, inside words that have a vowel."""
    worded = _DIGIT.sub(lambda digit: _DIGITS[digit[0]], text)
    return worded if any(vowel in text for vowel in "aeiouy") else text
