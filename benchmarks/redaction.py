"""Precision and recall of redaction on made-up lines, and its time on hostile texts.

The numbers come from other hands than the patterns: phones as `phonenumbers` formats them, sums and dates as
Babel does, checksums by python-stdnum. The sentences are by the author of the patterns: nobody else measured.

    python -m benchmarks.redaction [LINES] [SEED]
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import phonenumbers
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum import luhn
from stdnum.ru import inn

from app.core.redaction.search import find

Drawn = tuple[str, str]
"""The line, and what is personal in it; empty where nothing is."""
ABROAD = (
    "US",
    "GB",
    "DE",
    "FR",
    "KZ",
    "BY",
    "UA",
    "GE",
    "AM",
    "TR",
    "IL",
    "CN",
    "IN",
    "BR",
    "AE",
    "IT",
    "ES",
)
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९")
HOSTILE = (
    "8",
    "8 9 ",
    "1 ",
    "+7 ",
    "4111 ",
    "телефон 1 1 1 1 1 1 1 1 ",
    "a@",
    "ул. ",
    "12 oak ",
    "д 5 ",
    "1.1.",
)


class Lines:
    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)

    def digits(self, n: int) -> str:
        return "".join(self.luck.choices("0123456789", k=n))

    def put(self, told: str, *frames: str) -> Drawn:
        return self.luck.choice(frames).format(told), told

    def script(self, told: str) -> str:
        return told.translate(str.maketrans(SCRIPTS[0], self.luck.choice(SCRIPTS)))

    def phone(self) -> Drawn:
        region = self.luck.choice(("RU", "RU", "RU", self.luck.choice(ABROAD)))
        number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        if region == "RU":
            area = self.luck.choice(("9031", "9167", "9261", "9852", "9995", "4957", "8122", "3433"))
            number = phonenumbers.parse(f"+7{area}{self.digits(6)}")
        assert number is not None
        national = region == "RU" and self.luck.random() < 0.5
        form = PhoneNumberFormat.NATIONAL if national else self.luck.choice(
            (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
        )  # fmt: skip
        told = phonenumbers.format_number(number, form)
        told = told.replace("-", self.luck.choice("-–. ")) if self.luck.random() < 0.5 else told
        told = self.script(told) if self.luck.random() < 0.2 else told
        told = "\u200b".join(told) if self.luck.random() < 0.1 else told
        return self.put(
            told,
            "Свяжитесь со мной: {}",
            "{}",
            "не дозвонились? вот запасной {} (жена)",
            "ring {} after lunch",
            "Mein: {}.",
        )

    def email(self) -> Drawn:
        name = self.luck.choice(("olga", "k.sidorov", "j_doe77", "info+home", "РОМАН", "x-ray", "анна.п"))
        host = self.luck.choice(("bk.ru", "proton.me", "почта.рф", "sub.example.co.uk", "gmail.com"))
        told = f"{name}@{host}"
        if self.luck.random() < 0.3:
            told = f"{name} собака {host.replace('.', ' точка ')}"
        return self.put(told, "Счёт шлите сюда: {}", "логин {} не подходит", "Reply to {}, thanks", "<{}>")

    def card(self) -> Drawn:
        head = self.luck.choice(("2202", "4276", "5469", "6011", "4", "51", "2221"))
        body = head + self.digits(15 - len(head))
        whole = body + luhn.calc_check_digit(body)
        sign = self.luck.choice(("", " ", "-", "  ", "."))
        told = sign.join(whole[at : at + 4] for at in range(0, 16, 4))
        return self.put(told, "списали с {}", "{} и срок 09/28", "charged {} twice", "привязать {}, Мир")

    def passport(self) -> Drawn:
        series, number = self.digits(4), self.digits(6)
        told = self.luck.choice(
            (
                f"{series} {number}",
                f"{series[:2]} {series[2:]} {number}",
                f"{series} № {number}",
                f"{series}{number}",
            )
        )
        return self.put(
            told, "Мой паспорт: {}", "паспортные данные — {}, выдан УВД", "серия и номер {}", "passport {}"
        )

    def snils(self) -> Drawn:
        body = str(self.luck.randrange(2_000_000, 999_999_999)).zfill(9)
        check = sum(int(d) * n for d, n in zip(body, range(9, 0, -1), strict=True)) % 101 % 100
        told = f"{body[:3]}-{body[3:6]}-{body[6:]} {check:02}"
        told = told if self.luck.random() < 0.6 else f"{body}{check:02}"
        return self.put(told, "СНИЛС {}", "номер СНИЛС: {}", "my SNILS is {}")

    def inn(self) -> Drawn:
        body = "77" + self.digits(8)
        return self.put(
            body + inn.calc_personal_check_digits(body), "ИНН {}", "укажите ИНН физлица {}", "INN {}"
        )

    def address(self) -> Drawn:
        street = self.luck.choice(("Гагарина", "8 Марта", "Большая Садовая", "Советская", "Строителей"))
        kind = self.luck.choice(("ул. {}", "улица {}", "пр-т {}", "проспект {}", "пер. {}", "бульвар {}"))
        house, flat = self.luck.randrange(1, 200), self.luck.randrange(1, 400)
        told = f"{kind.format(street)}, {self.luck.choice(('', 'д. ', 'дом '))}{house}"
        told += self.luck.choice(("", f", кв. {flat}", f", корп. 2, кв. {flat}", f" кв {flat}"))
        if self.luck.random() < 0.4:
            name = self.luck.choice(("Elm", "North Park", "King's", "Sunset"))
            kind = self.luck.choice(("Street", "Ave", "Road", "Drive", "Lane"))
            told = f"{house} {name} {kind}" + self.luck.choice(
                ("", f", Apt {flat}", f", Springfield, IL {self.digits(5)}")
            )
        return self.put(told, "Доставка: {}", "переехал на {}", "the courier went to {} instead", "{}")

    def clean(self) -> Drawn:
        number = self.digits(self.luck.randrange(4, 17))
        named = ("заказ {} не пришёл", "Order no. {}, please", "№ {}", "#{}", "трек {}", "invoice {}")
        drawn = (self.luck.choice(named).format(number), self.amount(), self.moment(), self.identifier())
        return self.luck.choice(drawn), ""

    def amount(self) -> str:
        language = self.luck.choice(("ru", "en"))
        amount = self.luck.choice((self.luck.randrange(100, 10**6), self.luck.randrange(10**6, 10**11)))
        unit = self.luck.choice(("рублей", "руб.", "шт", "MB"))
        forms = (
            f"итого {format_currency(amount, 'RUB', locale=language)}",
            f"{format_currency(amount, 'USD', locale='en')} off",
            f"{format_decimal(amount, locale=language)} {unit}",
            f"пакет {self.luck.randrange(1, 99)} ГБ за {amount % 9999} ₽ на {amount % 36} мес.",
        )
        return self.luck.choice(forms)

    def moment(self) -> str:
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=self.luck.randrange(900_000))
        language = self.luck.choice(("ru", "en"))
        forms = (
            f"до {format_date(when, 'short', locale=language)}",
            format_datetime(when, "medium", locale=language),
            when.isoformat(),
            f"с {when:%d.%m.%Y} по {when:%d.%m.%y}",
        )
        return self.luck.choice(forms)

    def identifier(self) -> str:
        forms = (
            f"v{self.digits(1)}.{self.digits(2)}.{self.digits(3)}-{self.digits(8)}",
            f"dialog {uuid.UUID(int=self.luck.getrandbits(128))}",
            f"article plans-{self.digits(4)}-{self.digits(6)}",
            f"ping 192.168.{self.luck.randrange(256)}.{self.luck.randrange(256)}",
        )
        return self.luck.choice(forms)


def measure(lines: int, seed: int) -> None:
    made = Lines(seed)
    personal: list[Callable[[], Drawn]] = [
        made.phone, made.email, made.card, made.passport, made.snils, made.inn, made.address
    ]  # fmt: skip
    told: Counter[str] = Counter()
    for draw in personal:
        whole = sum(_outcome(draw(), told) == "whole" for _ in range(lines))
        write(f"{draw.__name__:10} found whole {whole} of {lines}")
    for _ in range(lines * len(personal)):
        _outcome(made.clean(), told)
    write(f"recall {told['whole'] / (lines * len(personal)):.3f}")
    write(f"precision {told['whole'] / (told['whole'] + told['wrong']):.3f}: {dict(told)}")


def _outcome(drawn: Drawn, told: Counter[str]) -> str:
    line, personal = drawn
    found = [line[each.start : each.end] for each in find(line)]
    if not personal:
        outcome = "wrong" if found else "clean"
    else:
        outcome = "whole" if any(personal in each for each in found) else "partly" if found else "missed"
    told[outcome] += 1
    return outcome


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def seconds(unit: str, size: int) -> float:
    text = (unit * size)[:size]
    begun = time.process_time()
    find(text)
    return time.process_time() - begun


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for unit in HOSTILE:
        short, long = seconds(unit, 16_384), seconds(unit, 65_536)
        write(f"{unit!r:30} 64 KiB {long:6.3f} s, {long / short:4.1f} times 16 KiB")
