from __future__ import annotations

import pytest
from markdown_it.token import Token

from app.core.documents import LARGEST_FILE, DocumentUnusable, Left, LeftOut
from app.core.exceptions import RoutingFailed
from app.core.models import Article
from app.engines.knowledge.documents.pieces import PIECE, Maker, cut
from app.engines.knowledge.documents.reading import read
from tests.support.documents import MARKDOWN, bomb, pdf, word
from tests.support.library import AGENTS, upload

HTML = """<html><head><title>no</title><style>p{}</style></head><body><nav>Menu</nav><main><h1>Parking</h1>
<div>Visitors park <b>behind</b> the house.</div><h2>Price</h2>
<ol><li>Take a ticket.</li><li>Pay <i>there</i>.</li></ol>
<table><tr><th>Hour</th><td>free</td></tr></table></main><script>alert(1)</script><footer>Imprint</footer></body></html>"""


def articles(text: str | bytes, file: str, **given: str | None) -> list[Article]:
    up = upload(text, file, **given)
    return Maker(up, AGENTS, lambda _: "sales").articles(read(up.file, up.data).sections)


def refused(text: str | bytes, file: str, **given: str | None) -> str:
    with pytest.raises(DocumentUnusable) as told:
        articles(text, file, **given)
    assert str(told.value).startswith(file)
    return str(told.value)


def test_markdown_is_cut_at_its_headings_and_keeps_their_path() -> None:
    first, price, hours = articles(MARKDOWN, "parking.md")
    assert [a.title for a in (first, price, hours)] == ["Parking", "Parking › Price", "Parking › Hours"]
    assert [a.id for a in (first, price, hours)] == ["parking-parking", "parking-price", "parking-hours"]
    assert price.steps == ["Take a ticket at the gate.", "Pay at the machine."]
    assert hours.body == "Open day and night, also on holidays."
    assert (hours.source, hours.lang, hours.agent) == ("parking", "en", "sales")


def test_markdown_with_the_front_matter_of_an_article_is_that_article() -> None:
    front = "id: trial\nlang: ru\nagent: supervisor\ntitle: Проба\nquestions: [дадите ли]\nasks: Когда?"
    text = f"---\n{front}\n---\nДа, дадим.\n"
    [article] = articles(text, "ours.md")
    assert (article.id, article.lang, article.agent, article.title) == ("trial", "ru", "supervisor", "Проба")
    assert (article.questions, article.asks) == (["дадите ли"], "Когда?")


def test_markdown_tables_and_nested_lists_keep_their_lines() -> None:
    [article] = articles("| a | b |\n|---|---|\n| c | d |\n\n- one\n  - two\n\n3. three\n4. four\n", "t.md")
    assert article.body == "a | b\nc | d\n\n- one\n  - two\n\n3. three\n4. four"


def test_html_is_read_without_menus_scripts_and_footers() -> None:
    first, price = articles(HTML, "parking.html")
    assert (first.title, first.body) == ("Parking", "Visitors park behind the house.")
    assert price.body == "1. Take a ticket.\n2. Pay there.\n\nHour | free"


def test_tokens_of_markdown_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """That makes reading quadratic: a list of some thousand items took minutes."""
    monkeypatch.setattr(Token, "__eq__", lambda *_: pytest.fail("compared"))
    [article] = articles("| a | b |\n|---|---|\n| c | d |\n\n- one\n- two\n", "t.md")
    assert article.body == "a | b\nc | d\n\n- one\n- two"


def test_lists_and_tables_inside_others_are_told_once() -> None:
    nested = (
        "<ul><li>one<ol><li>first</li><li><p>second</p></li></ol></li><ul><li>two</li></ul><li></li></ul>"
    )
    table = "<tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td><td>d</td></tr>"
    [article] = articles(f"{nested}<table>{table}</table>", "page.html")
    assert article.body == "- one\n  1. first\n  2. second\n  - two\n\na b c | d"


def test_larger_type_in_a_pdf_is_a_heading() -> None:
    lines = [
        (24, "Parking"),
        (11, "Visitors park behind the house."),
        (16, "Price"),
        (11, "The first hour is free."),
    ]
    first, price = articles(pdf(lines), "parking.pdf")
    assert (first.title, first.body) == ("Parking", "Visitors park behind the house.")
    assert (price.title, price.body) == ("Parking › Price", "The first hour is free.")


def test_word_headings_lists_and_tables_are_read() -> None:
    first, price = articles(word(), "парковка.docx")
    assert (first.title, first.lang) == ("Парковка", "ru")
    assert price.title == "Парковка › Цена"
    assert price.steps == ["Возьмите талон у ворот", "Оплатите у автомата"]
    assert price.body.endswith("Первый час | бесплатно")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_faq_is_read_however_the_spreadsheet_wrote_it(encoding: str, mark: str) -> None:
    row = f'"Можно с собакой?\nа с кошкой"{mark}Конечно{mark}pets'
    text = f"Вопрос{mark}ОТВЕТ{mark}код\r\n{row}\r\n{mark}{mark}\r\n"
    [article] = articles(text.encode(encoding), "faq.csv")
    assert article.questions == ["Можно с собакой?", "а с кошкой"]
    assert (article.id, article.title, article.body) == ("pets", "Можно с собакой?", "Конечно")


def test_the_delimiter_that_excel_names_before_the_header_is_taken() -> None:
    [article] = articles("\ufeffsep=|\r\nвопрос|ответ\r\nМожно, с собакой?|Да; конечно\r\n", "faq.csv")
    assert (article.questions, article.body) == (["Можно, с собакой?"], "Да; конечно")


def test_other_columns_of_a_faq_are_named_where_they_hold_something() -> None:
    text = "Вопрос;Ответ;Заметка;;Пусто\nГде?;Тут;от 317;7;\n"
    assert read("faq.csv", text.encode()).left_out == [LeftOut(Left.COLUMNS, "Заметка, 4")]


def test_rows_of_a_faq_may_name_agent_and_language() -> None:
    [article] = articles("question,answer,agent,lang\nPets?,Sure,supervisor,de\n", "faq.csv")
    assert (article.agent, article.lang) == ("supervisor", "de")


@pytest.mark.parametrize(
    ("text", "file", "problem"),
    [
        ("", "a.md", "is empty"),
        ("  \n", "a.csv", "is empty"),
        ("---\n---\n", "a.md", "contains no text"),
        ("# Only a heading\n", "a.md", "contains no text"),
        (b"\x00\x01\x02binary", "a.md", "is not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 9, "a.html", "is not text"),
        ("plain words", "a.pdf", "is not a PDF"),
        (b"%PDF-1.7\nnonsense", "a.pdf", "is a damaged PDF"),
        (pdf(password="secret"), "a.pdf", "is protected by a password"),
        (pdf([]), "a.pdf", "contains no text, only pictures"),
        ("plain words", "a.docx", "is not a Word document"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.docx", "is protected by a password"),
        (bomb(2**20), "a.docx", "is a damaged Word document"),
        (bomb(), "a.docx", "unpacks to more than 100 MB"),
        (bytes(LARGEST_FILE + 1), "a.md", "is larger than 20 MB"),
        ("words", "a.exe", "has a format that cannot be read"),
        ("frage,antwort\na,b\n", "a.csv", "has no columns question and answer"),
        ("question,answer\nwhat,\n", "a.csv", "has no answer in row 2"),
        ('question,answer\n"q","a"\n"what,b\n', "a.csv", "is not a valid CSV (line 3: "),
        ("вопрос;ответ;answer\nq;a;b\n", "a.csv", "has two columns for answer"),
        ("Größe: übrig, süß".encode("latin-1"), "a.md", "is in an encoding that cannot be determined"),
        ("Срок возврата\nтринадцать дней\n".encode() + b"\xf7\n", "a.md", "has characters in line 3 that"),
        ("question,answer\nwhat,one, two\n", "a.csv", "has more cells than columns in row 2"),
        ("question,answer,agent\nq,a,nobody\n", "a.csv", "names the agent 'nobody'"),
        ("question,answer,id\nq,a,x\nr,b,x\n", "a.csv", "has the id x twice"),
        ("question,answer,id\nq,a,x y\n", "a.csv", "has the id 'x y'"),
        ("---\ntitle: [\n---\nwords\n", "a.md", "has front matter that is not YAML"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "bytes",  # those of a PDF vary
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_sentence_that_names_it(
    text: str | bytes, file: str, problem: str
) -> None:
    assert refused(text, file).startswith(f"{file} {problem}")


def test_given_agent_and_language_stand_for_the_whole_document() -> None:
    assert {(a.agent, a.lang) for a in articles(MARKDOWN, "p.md", agent="supervisor", lang="ru")} == {
        ("supervisor", "ru")
    }
    assert "names the agent 'cook'" in refused(MARKDOWN, "p.md", agent="cook")
    assert "has the language 'russian'" in refused(MARKDOWN, "p.md", lang="russian")


@pytest.mark.parametrize("guess", ["nobody", None])
def test_what_nobody_can_be_guessed_for_goes_to_the_first_who_works_here(guess: str | None) -> None:
    def guessing(_: str) -> str:
        if guess is None:
            raise RoutingFailed("error", "no embedder")
        return guess

    up = upload()
    made = Maker(up, AGENTS, guessing).articles(read(up.file, up.data).sections)
    assert {a.agent for a in made} == {AGENTS[0]}


@pytest.mark.parametrize(
    "long", ["word " * 900, "One sentence. " * 300, "x" * 5000, "- item\n" * 600, "para\n\n" * 700],
    ids=["words", "sentences", "letters", "list", "paragraphs"],
)  # fmt: skip
def test_long_sections_are_cut_to_size_without_losing_a_letter(long: str) -> None:
    bodies = list(cut(long.strip().split("\n\n")))
    assert max(map(len, bodies)) <= PIECE
    assert "".join("".join(bodies).split()) == "".join(long.split())


def test_pieces_of_one_section_have_ids_and_titles_of_their_own() -> None:
    made = articles(f"# Long\n\n{'A sentence of some words. ' * 200}", "long.md")
    assert [a.id for a in made[:3]] == ["long-long", "long-long-2", "long-long-3"]
    assert made[1].title == "Long (2)"


def test_headings_that_repeat_get_ids_of_their_own() -> None:
    made = articles("# A\n\none\n\n# A\n\ntwo\n", "a.md")
    assert [a.id for a in made] == ["a-a", "a-a-2"]


def test_a_short_answer_is_introduced_by_its_question_so_that_it_can_be_recognised() -> None:
    [article] = articles("question,answer\nWith a dog?,Yes.\n", "faq.csv")
    assert article.intro == "With a dog?: Yes."
