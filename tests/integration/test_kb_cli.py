"""`call-center kb`, as a team would use it; in a process of its own where that is the point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import CLI, ROOT, call_center, imported_by, in_process
from tests.support.documents import MARKDOWN, pdf, word, written

HEAVY = {"numpy", "pypdf", "docx", "bs4", "lxml", "bm25s", "pydantic_settings", "filelock"}
FAQ = "Вопрос;Ответ;Код;Агент\nМожно ли прийти с собакой?;Да, если она на поводке.;dogs;sales\n"


def test_files_of_every_format_are_added_searched_and_listed_by_the_real_command(tmp_path: Path) -> None:
    names = [
        written(tmp_path, "parking.md", MARKDOWN).name,
        written(tmp_path, "тариф.docx", word()).name,
        written(tmp_path, "lift.pdf", pdf([(24, "Lift"), (11, "The lift stops at night.")])).name,
        written(tmp_path, "wifi.html", "<h1>Wi-Fi</h1><p>The password hangs at the desk.</p>").name,
        written(tmp_path, "faq.csv", FAQ).name,
    ]
    added = call_center("kb", "add", *names, cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    assert "faq: version 1, 1 pieces (ru)" in added.stdout
    found = call_center("kb", "search", "а с собакой к вам можно?", cwd=tmp_path)
    assert "dogs" in found.stdout.splitlines()[1]
    assert "faq v1" in found.stdout
    listed = in_process("kb", "list", cwd=tmp_path).stdout
    assert [line.split()[0] for line in listed.splitlines()[1:]] == [
        "faq",
        "lift",
        "parking",
        "wifi",
        "тариф",
    ]


def test_versions_are_kept_and_a_document_is_removed(tmp_path: Path) -> None:
    written(tmp_path, "parking.md", MARKDOWN)
    assert in_process("kb", "list", cwd=tmp_path).stdout.startswith("There are no documents yet")
    for _ in range(2):
        assert (
            in_process(
                "kb", "add", "parking.md", "--name", "cars", "--agent", "sales", cwd=tmp_path
            ).returncode
            == 0
        )
    lines = in_process("kb", "list", "--versions", cwd=tmp_path).stdout.splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [["cars", "2"], ["cars", "1"]]
    assert in_process("kb", "remove", "cars", cwd=tmp_path).stdout == "Removed cars with 2 versions.\n"
    assert in_process("kb", "list", cwd=tmp_path).stdout.startswith("There are no documents yet")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "nothing.md"], "nothing.md cannot be read: No such file"),
        (["add", "."], ". is a folder; give files."),
        (["add", "good.md", "bad.pdf"], "bad.pdf is not a PDF"),
        (["add", "good.md", "bad.pdf", "--name", "x"], "--name goes with one file"),
        (["add", "good.md", "good.md"], "Two of the files have the same name"),
        (["add", "good.md", "--agent", "cook"], "--agent cook: agents are"),
        (["add", "good.md", "--lang", "russian"], "has the language 'russian'"),
        (["add"], "Missing argument"),
        (["remove", "nothing"], "Document nothing does not exist"),
        (["eval", "nothing"], "There is no set nothing"),
        (["eval", "good.md"], "good.md, line 1"),
        (["approve", "how much is pro"], "Give either --article or --text"),
        (["approve", "where is my order", "--article", "trial"], "depends on who asks"),
        (["approve", "how much is pro", "--article", "nothing"], "Article nothing does not exist"),
    ],
)
def test_a_wrong_use_is_told_in_a_sentence_and_ends_with_2(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    written(tmp_path, "good.md", MARKDOWN)
    written(tmp_path, "bad.pdf", "words")
    done = in_process("kb", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "storage" / "knowledge" / "manifest.json").exists()


def test_a_library_that_cannot_be_read_is_told_by_every_command(tmp_path: Path) -> None:
    folder = tmp_path / "storage" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{")
    done = in_process("kb", "list", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Setting KNOWLEDGE_STORAGE is wrong: manifest.json")


def test_an_answer_is_approved_by_a_name(tmp_path: Path) -> None:
    done = in_process(
        "kb", "approve", "is there a free trial", "--article", "trial", "--by", "Ann", cwd=tmp_path
    )
    assert done.stdout == "Approved by Ann: is there a free trial -> trial\n"
    [line] = (tmp_path / "storage" / "knowledge" / "approved.jsonl").read_text().splitlines()
    assert json.loads(line)["lang"] == "en"


def test_the_figures_of_the_search_come_as_a_table_and_as_json(tmp_path: Path) -> None:
    lines = (ROOT / "eval_sets" / "knowledge_en.jsonl").read_text("utf-8").splitlines()[:12]
    written(tmp_path, "few.jsonl", "\ufeff" + "\n".join(lines))
    done = json.loads(in_process("kb", "eval", "few.jsonl", "--json", cwd=tmp_path).stdout)
    assert done["overall"]["n"] == done["by_language"]["en"]["n"] == 12
    assert 0 <= done["overall"]["recall_at_5"]["low"] <= done["overall"]["recall_at_5"]["value"] <= 1
    table = in_process("kb", "eval", "few.jsonl", cwd=tmp_path).stdout
    assert "recall@5" in table
    assert table.splitlines()[1].split()[:2] == ["all", "12"]


def test_the_help_loads_no_parser_and_no_model(tmp_path: Path) -> None:
    assert imported_by(*CLI[1:], "kb", "--help", cwd=tmp_path) & HEAVY == set()
