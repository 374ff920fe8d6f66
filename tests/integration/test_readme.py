"""What the README and its pages print: commands exist, links lead somewhere, samples are true."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.cli.main import CALL_CENTER, Command, Group, load_command
from tests.support.command import ROOT, in_process
from tests.support.server import client

FRONTS = ("README.md", "README.ru.md")
PAGES = (
    *FRONTS,
    *(f"docs/{name}{language}.md" for name in ("commands", "agents") for language in ("", ".ru")),
    "CONTRIBUTING.md",
)
MEASURED = (*FRONTS, "docs/evaluation.md")
TALKS = ("docs/commands.md", "docs/commands.ru.md")
LINES, BYTES = 85, 2**20
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
HELD = re.compile(
    r"accuracy +(\S+) \((\S+)–(\S+), n = (\d+)\)\n +missed escalations +(\S+) \((\S+)–(\S+), n = (\d+)\)"
)
CHANGING = re.compile(r"\d[\d.]* (?:\w+ \d{4} г\.|(?=embedding|sticky))")


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def blocks(page: str) -> Iterator[str]:
    """Indented code, lines continued with a backslash joined."""
    for block in re.findall(r"(?:^ {4}.*\n?)+", text(page), re.MULTILINE):
        yield re.sub(r"\\\n\s*", "", re.sub(r"^ {4}", "", block, flags=re.MULTILINE))


def commands(page: str) -> Iterator[list[str]]:
    """Of code blocks and of inline code."""
    for line in (*"\n".join(blocks(page)).splitlines(), *CODE.findall(text(page))):
        words = line.removeprefix("$ ").partition("  #")[0].strip()
        if words.startswith(("make ", "call-center ")):
            yield shlex.split(words)


def call_center(words: list[str]) -> None:
    """Raises where there is no such command or option."""
    entry: Command | Group = CALL_CENTER
    while isinstance(entry, Group) and words:
        name, *words = words
        entry = entry.commands[name]
    if isinstance(entry, Command) and words:
        known: Any = load_command(entry.target, entry)
        known.make_context(entry.target, words)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_printed_exists_with_its_options(page: str) -> None:
    targets = re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE)
    found = list(commands(page))
    for program, *words in found:
        if program == "make":
            assert {word for word in words if "=" not in word} <= set(targets)
        elif not {"A", "…"} & set(words):
            call_center(words)
    assert found


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in LINK.findall(text(page)):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", FRONTS)
def test_the_first_page_is_read_in_three_minutes(page: str) -> None:
    assert len(text(page).splitlines()) <= LINES
    [strip] = re.findall(r"!\[.+\]\((.+)\)", text(page))
    assert (ROOT / strip).stat().st_size < BYTES


@pytest.mark.parametrize("page", FRONTS)
def test_both_lead_to_the_same_commands_and_pages(page: str) -> None:
    other = FRONTS[1 - FRONTS.index(page)]
    language = ("", ".ru")[FRONTS.index(other)]
    ours = {link.partition("#")[0] for link in LINK.findall(text(page))} - set(FRONTS)
    theirs = {link.partition("#")[0] for link in LINK.findall(text(other))} - set(FRONTS)
    assert {re.sub(r"\.ru(?=\.)", "", link) for link in ours} == {
        re.sub(r"\.ru(?=\.)", "", link) for link in theirs
    }
    assert {"docs/commands", "docs/agents"} <= {
        link.removesuffix(f"{language}.md") for link in theirs if link.endswith(f"{language}.md")
    }
    assert list(commands(page)) == list(commands(other))


@pytest.mark.parametrize("page", FRONTS)
def test_the_first_call_is_answered(page: str, tmp_path: Path) -> None:
    [words] = [shlex.split(block) for block in blocks(page) if block.startswith("curl")]
    method, headers, body = (words[words.index(flag) + 1] for flag in ("-X", "-H", "-d"))
    [url] = [word for word in words if word.startswith("http")]
    name, _, value = headers.partition(": ")
    with client(tmp_path / "dialogs") as http:
        answer = http.request(method, urlsplit(url).path, content=body.encode(), headers={name: value})
    assert answer.status_code == 200, answer.text
    assert answer.json()["assigned_agent"] == "tech_support"
    assert answer.json()["response"]
    assert json.loads(body)["initial_message"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("measured")
    (folder / "eval_sets").symlink_to(ROOT / "eval_sets")
    return in_process("eval", "run", "dev_ru", "--router", "local", cwd=folder).stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", MEASURED)
def test_the_printed_figures_are_those_of_the_shipped_router(page: str, measured: str) -> None:
    [told] = HELD.findall(text(page))
    [found] = HELD.findall(re.sub(r" +\n", "\n", measured).replace("\nmissed", "\n missed"))
    assert told == found


@pytest.mark.parametrize("page", FRONTS)
def test_messages_of_ones_own_are_imported_as_printed(page: str, tmp_path: Path) -> None:
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    [words] = [words for _, *words in commands(page) if words[:2] == ["eval", "import"]]
    done = in_process(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.jsonl").stat().st_size


@pytest.mark.parametrize("page", TALKS)
def test_the_printed_talk_is_what_is_said(page: str, tmp_path: Path) -> None:
    """Figures of the router and dates aside; `…` stands for sentences left out."""
    [printed] = [block for block in blocks(page) if block.startswith("$ call-center chat")]
    asked, *lines = printed.splitlines()
    stdin = "\n".join(line.removeprefix("> ") for line in lines if line.startswith("> "))
    said = plain(in_process(*shlex.split(asked)[2:], cwd=tmp_path, stdin=stdin + "\n").stdout)
    for part in plain(" ".join(line for line in lines if not line.startswith("> "))).split("…"):
        assert part.strip() in said


def plain(talk: str) -> str:
    return CHANGING.sub("", " ".join(talk.replace("> ", " ").split()))
