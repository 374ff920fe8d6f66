"""Greetings in front of a text and thanks behind it."""

from __future__ import annotations

import re

_OPENINGS = r"""
    здравствуй(?:те)?|приветствую|привет|добр(?:ый|ое|ой|ого)\s(?:день|дня|утро|утра|вечер|вечера|ночи|времени\sсуток)
    |уважаем\w+\s(?:команда|поддержка|коллеги|сотрудники|служба\sподдержки)
    |(?:под)?скажите,?\sпожалуйста|будьте\s(?:так\s)?(?:добры|любезны)
    |(?:извините|простите|прошу\sпрощения)(?:\sза\s(?:беспокойство|вторжение)|,?\sчто\s(?:я\s)?(?:отвлекаю|беспокою|тревожу)(?:\sвас)?)
    |если\s(?:вас\s)?не\s(?:затруднит|сложно|трудно)|пожалуйста
    |(?:hello|hi|hey)(?:\s(?:there|team|all|everyone|guys|sir))?|good\s(?:morning|afternoon|evening|day)
    |dear\s(?:team|sirs?|support|sir\sor\smadam|customer\sservice)|please|(?:(?:i\sam|i'm)\s)?(?:(?:so|very)\s)?sorry\sto\s(?:bother|trouble|disturb)(?:\syou)?
    |(?:i\s)?hope\s(?:you|this|all)(?:'re|\sare|\sis)?\s(?:(?:doing|finds|you|keeping)\s)*(?:well|fine|good)
    |(?:i\s)?hope\syou(?:'re|\sare)\shaving\sa\s(?:lovely|nice|good|great)\s(?:day|week)
    |i(?:'d|\swould)\sbe\s(?:(?:most|very|so|really)\s)?grateful(?:\sif\syou\s(?:could|would)\s(?:read\sthis|help(?:\sme)?))?
"""
_CLOSINGS = r"""
    заранее\s(?:большое\s|вам\s|вас\s)?(?:спасибо|благодар\w+)|(?:большое\s|огромное\s)?спасибо(?:\s(?:заранее|большое|огромное))?
    |спасибо\sза\s(?:помощь|ответ|внимание)|благодарю(?:\sвас|\sзаранее)?|с\sуважением|пожалуйста
    |(?:я\s)?бу(?:ду|дем)\s(?:вам\s)?(?:(?:очень|крайне|весьма)\s)?(?:признател\w+|благодар\w+)|и
    |(?:хорошего|доброго)\s(?:вам\s)?(?:дня|вечера)|всего\sдоброго
    |(?:many\s)?thank(?:s|\syou)(?:\s(?:so|very)\smuch|\sa\slot)?(?:\sin\sadvance)?(?:\sfor\s(?:your|the)\s(?:help|time))?
    |(?:with\s)?(?:kind|best|warm)(?:est)?\sregards|have\sa\s(?:nice|good|great|lovely)\sday|please|cheers|and
    |i(?:'d|\swould)\sbe\s(?:(?:most|very|so|really)\s)?grateful
"""
REACH = 200  # characters at the end that are searched: the pattern is quadratic in a row of exclamation marks
_EDGE = r"[\s,.!;:)(—–-]"
_OPENING = re.compile(rf"^(?:(?:{_OPENINGS})(?:{_EDGE}+|$))+", re.VERBOSE)
_CLOSING = re.compile(rf"(?:{_EDGE}+(?:{_CLOSINGS}))+{_EDGE}*$", re.VERBOSE)


def is_courtesy(text: str) -> bool:
    """A greeting or thanks and nothing else."""
    return not _CLOSING.sub("", f" {_OPENING.sub('', text)}"[-REACH:]).strip(" ,.!;:)(—–-")


def strip_courtesies(text: str) -> str:
    """Without greetings in front and thanks behind; a text that is nothing else stays as it is."""
    body = _OPENING.sub("", text)
    bare = body[:-REACH] + _CLOSING.sub("", body[-REACH:])
    return bare if len(bare.split()) > 1 else text
