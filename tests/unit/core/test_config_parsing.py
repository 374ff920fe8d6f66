"""What is left around settings by shells, files and copying is mended or told in one sentence."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.config import Settings, load_settings
from app.core.exceptions import SettingInvalid
from app.core.network import tame_proxies, usable_proxy

NAMES = sorted(Settings.model_fields)
SENTENCE = re.compile(r"Setting [\w.]+(?: \.env)? is wrong: [^\n]+\.")
GIVEN = {
    "openai_api_key": "sk-abc",
    "openai_base_url": "http://localhost:11434/v1",
    "crm_url": "https://example.com/hook",
    "crm_token": "t0ken",
    "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "operator_key": "k" * 24,
    "access_secret": "s" * 32,
    "storage_key": "A" * 43 + "=",
    "cors_origins": "https://a.example",
    "allowed_hosts": "a.example",
    "trusted_proxies": "10.0.0.0/8",
    "router": "local",
    "demo_data": "true",
    "model_first_token": "5",
    "credit_limit": "500",
    "order_limit": "20000",
    "refund_limit": "5000",
    "refunds_per_year": "2",
}
AROUND = [
    " {} ",
    "{}\r",
    "{}\n",
    "\t{}\r\n",
    '"{}"',
    "'{}'",
    "“{}”",
    "«{}»",
    "\ufeff{}",
    "\u00a0{}\u200b",
    "' {} '\r",
]  # fmt: skip
NONSENSE = [
    '"', "'", "“", "'x", 'x"', "ключ", "два слова", "\x7f", "~", "~nobody/x", "$HOME", "://", "http://", "[",
    "[::1", "%00", "a" * 5000, "-", "1e400", "nan", "inf", "null", "{}", "[]", "0x10", "1_000", "1 000", "½",
    "sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://h:x/y", "file:///", "http://a b/", "http://x:0/",
    "٣", "C:\\x", "\\",
]  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, "ssl_cert_file", "ssl_cert_dir", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def plain(name: str) -> str:
    default = Settings.model_fields[name].get_default(call_default_factory=True)
    return GIVEN.get(name, str(default).lower() if isinstance(default, bool) else str(default))


@pytest.mark.parametrize("name", NAMES)
def test_blanks_line_ends_and_quotation_marks_around_a_value_do_not_count(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name.upper(), plain(name))
    wanted = load_settings()
    for around in AROUND:
        monkeypatch.setenv(name.upper(), around.format(plain(name)))
        assert load_settings() == wanted, around


@pytest.mark.parametrize("blank", ["", " ", "\r\n", '""', "' '"])
def test_a_blank_value_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    wanted = Settings()
    for name in NAMES:
        with monkeypatch.context() as here:
            here.setenv(name.upper(), blank)
            assert load_settings() == wanted, name


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_any_setting_is_taken_or_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, nonsense: str
) -> None:
    for name in NAMES:
        with monkeypatch.context() as here:
            here.setenv(name.upper(), nonsense)
            with suppress(SettingInvalid):
                load_settings()
                continue
            with pytest.raises(SettingInvalid) as told:
                load_settings()
            assert SENTENCE.fullmatch(str(told.value))
            assert told.value.__cause__ is None
            assert len(str(told.value)) < 200


@pytest.mark.parametrize("name", ["openai_api_key", "operator_key", "crm_token", "webhook_secret"])
@pytest.mark.parametrize("value", ["sk-с", "sk-a b", "sk-a\nb", '"sk-a', "sk-“a”", "Bearer sk-a"])
def test_a_key_that_cannot_be_sent_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name.upper(), value)
    with pytest.raises(SettingInvalid, match=f"^Setting {name.upper()} is wrong: it must ") as told:
        load_settings()
    assert "sk-" not in str(told.value)


@pytest.mark.parametrize(
    "name",
    [
        "dialogs_storage_path",
        "knowledge_storage",
        "eval_runs",
        "router_artefact",
        "backoffice_storage",
        "checkpoint_storage",
    ],
)
def test_a_path_may_begin_in_the_home_folder_and_is_no_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    for told in ("~/calls", '"~/calls"', f"file://{tmp_path}/calls"):
        monkeypatch.setenv(name.upper(), told)
        assert str(getattr(load_settings(), name)) == f"{tmp_path}/calls"
    for wrong in ("mysql://x/y", '"~/calls', "http://x/y"):
        monkeypatch.setenv(name.upper(), wrong)
        with pytest.raises(SettingInvalid, match=name.upper()):
            load_settings()


@pytest.mark.parametrize(
    ("told", "file"),
    [
        ("sqlite:///a/b.sqlite", "a/b.sqlite"),
        ("sqlite:////a/b.sqlite", "/a/b.sqlite"),
        ("sqlite://a.sqlite", "a.sqlite"),
        ("sqlite:a.sqlite", "a.sqlite"),
        ("sqlite+aiosqlite:///a.sqlite", "a.sqlite"),
        ("SQLITE:///a.sqlite", "a.sqlite"),
        ("sqlite://", None),
        ("sqlite:///", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///a.sqlite?timeout=5", None),
    ],
)
def test_a_file_may_be_named_as_sqlalchemy_does(
    monkeypatch: pytest.MonkeyPatch, told: str, file: str | None
) -> None:
    monkeypatch.setenv("BACKOFFICE_STORAGE", told)
    if file is None:
        with pytest.raises(SettingInvalid, match="BACKOFFICE_STORAGE"):
            load_settings()
    else:
        assert load_settings().backoffice_storage == file


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1//", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1"),
        ("http://localhost:11434/chat/completions/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/models", "http://localhost:11434/v1"),
        ("https://x.example/v1beta/openai/", "https://x.example/v1beta/openai"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("https://x.example/a/chat/completions?api-version=1", "https://x.example/a?api-version=1"),
        ("https://x.example/v1#a", None),
        ("http://local host/v1", None),
        ("http://x.example/v1 http://y.example/v1", None),
    ],
)
def test_the_address_of_a_server_is_that_of_its_interface(
    monkeypatch: pytest.MonkeyPatch, told: str, meant: str | None
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", told)
    if meant is None:
        with pytest.raises(SettingInvalid, match="OPENAI_BASE_URL"):
            load_settings()
    else:
        assert load_settings().openai_base_url == meant


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffMAX_TOKENS=77\n",
        "MAX_TOKENS=77\r\nTEMPERATURE=0.1\r\n",
        "export MAX_TOKENS=77\n",
        "MAX_TOKENS = 77 \n",
        "MAX_TOKENS='77'\n",
        'MAX_TOKENS="77"  # tokens\n',
        "MAX_TOKENS=77  # tokens\n",
        "\r\n# comment\r\n\r\nMAX_TOKENS=77",
    ],
)
def test_a_file_of_settings_may_come_from_any_editor(tmp_path: Path, text: str) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    assert load_settings().max_tokens == 77


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251", "cp866"])
def test_a_file_in_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes("OPENAI_MODEL=модель\n".encode(encoding))
    with pytest.raises(SettingInvalid, match=r"in \.env is wrong: the file is not UTF-8"):
        load_settings()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("value", ["/no/such/place", "junk", '"/etc"'])
def test_certificates_that_are_not_there_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / "junk").write_text("no certificate")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid, match=f"^Setting {name} is wrong: "):
        load_settings()


UNUSABLE = [
    "garbage://x",
    ":::",
    "socks4://127.0.0.1:1",
    "http://",
    "http://[::1",
    "http://x:99999",
    "http://прокси:1",
    "a b",
]


@pytest.mark.parametrize("value", UNUSABLE)
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_a_proxy_that_cannot_be_used_is_told_where_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    load_settings()
    load_settings(openai_base_url="http://127.0.0.1:11434/v1")
    load_settings(openai_base_url="http://localhost:11434/v1")
    with pytest.raises(SettingInvalid, match=f"^Setting {name} is wrong: "):
        load_settings(openai_api_key="sk-a")


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        ("socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
        ("socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080/"),
        ("127.0.0.1:3128", "http://127.0.0.1:3128"),
        ('"http://u:p@proxy:3128"\r', "http://u:p@proxy:3128"),
        *((value, None) for value in UNUSABLE),
    ],
)
def test_libraries_find_only_proxies_that_they_can_use(value: str, usable: str | None) -> None:
    environ = {"ALL_PROXY": value, "PATH": "x"}
    tame_proxies(environ)
    assert usable_proxy(value) == environ.get("ALL_PROXY") == usable
    assert environ["PATH"] == "x"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("localhost,127.0.0.0/8,.corp, 10.0.0.1:8080", "localhost,127.0.0.0/8,.corp,10.0.0.1:8080"),
        ("*", "*"),
        ("::1,[::1],::1/128,[,:::,http://x:y,a b", "::1,[::1],ab"),
        (":::", None),
    ],
)
def test_hosts_without_proxy_are_those_that_can_be_read(value: str, kept: str | None) -> None:
    environ = {"no_proxy": value}
    tame_proxies(environ)
    assert environ.get("no_proxy") == kept
