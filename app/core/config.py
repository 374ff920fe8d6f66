"""Settings: types, defaults and validators. Nothing happens here."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core import config_parsing
from app.core.backoffice import Policy
from app.core.exceptions import SettingInvalid
from app.core.network import check_certificates, check_proxies
from app.core.storage_key import storage_keys

RouterName = Literal["local", "llm", "cascade"]
_SERVERS = ("postgres", "postgresql", "postgresql+psycopg")
Listed = Annotated[list[str], NoDecode]
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|[0-9a-f:]*:[0-9a-f:.]+", re.IGNORECASE)
OPENAI = "https://api.openai.com/v1"
SECRETS = ("openai_api_key", "operator_key", "access_secret", "storage_key", "crm_token", "webhook_secret")
CrmName = Literal["none", "webhook", "bitrix24", "amocrm", "hubspot"]


class Settings(BaseSettings):
    """Each field is the environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",  # Notepad writes a mark of the byte order
        env_ignore_empty=True,
        extra="ignore",
        allow_inf_nan=False,
    )

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = Field(default=None, repr=False)
    openai_model: str = "gpt-4o-mini"
    temperature: float = Field(default=0.7, ge=0, le=2)
    max_tokens: int = Field(default=1000, ge=1)
    model_timeout: float = Field(default=30, gt=0)
    model_first_token: float | None = Field(default=None, gt=0)
    model_fallback: bool = True
    redact_before_llm: bool = False
    price_input: float = Field(default=0.15, ge=0)
    price_output: float = Field(default=0.60, ge=0)
    spend_per_customer_day: float = Field(default=0, ge=0)
    spend_per_day: float = Field(default=0, ge=0)

    router: RouterName | None = None
    router_artefact: Path = Path("storage/routers/current")
    router_threshold: float = Field(default=0.75, ge=0, le=1)
    max_dialog_history: int = Field(default=20, ge=1)
    recursion_limit: int = Field(default=50, ge=2)
    enable_memory: bool = False
    memory_dialogs: int = Field(default=10, ge=1)
    checkpoint_storage: str = Field(default="storage/checkpoints", repr=False)

    environment: Literal["development", "production"] = "development"
    debug: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    dialogs_storage_path: Path = Path("storage/dialogs")
    storage_key: SecretStr | None = None
    dialog_timeout_minutes: int = Field(default=60, ge=0)
    retention_days: int = Field(default=0, ge=0)
    proposal_minutes: int = Field(default=30, ge=1)
    max_waiting_messages: int = Field(default=64, ge=1)
    max_turns: int = Field(default=512, ge=1)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    cors_origins: Listed = Field(default_factory=list)
    allowed_hosts: Listed = Field(default_factory=list)
    trusted_proxies: Listed = Field(default_factory=list)
    max_body_bytes: int = Field(default=131_072, ge=1024)
    max_connections: int = Field(default=1024, ge=16)
    client_timeout: float = Field(default=20, gt=0)
    new_dialogs_per_minute: int = Field(default=1200, ge=0)
    customer_turns_per_minute: int = Field(default=30, ge=0)
    dialog_turns_per_minute: int = Field(default=20, ge=0)
    address_turns_per_minute: int = Field(default=600, ge=0)
    key_turns_per_second: int = Field(default=600, ge=0)
    shutdown_grace: int = Field(default=20, ge=0)
    ui: bool = True
    operator_key: SecretStr | None = None
    access_storage: Path = Path("storage/access")
    access_secret: SecretStr | None = Field(default=None, min_length=32)
    session_idle_minutes: int = Field(default=120, ge=1)
    session_hours: int = Field(default=12, ge=1)
    insecure: bool = False

    knowledge_storage: Path = Path("storage/knowledge")
    knowledge_shipped: bool = True
    approved_answers: bool = True
    detect_injection: bool = True

    eval_runs: Path = Path("storage/eval_runs")

    backoffice_storage: str = Field(default="storage/backoffice.sqlite", repr=False)
    demo_data: bool | None = None
    demo_week: bool = True
    refund_limit: int | None = Field(default=None, ge=0)
    refunds_per_year: int | None = Field(default=None, ge=0)
    credit_limit: int | None = Field(default=None, ge=0)
    order_limit: int | None = Field(default=None, ge=0)

    crm: CrmName = "none"
    crm_url: str | None = Field(default=None, repr=False)
    crm_token: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    crm_allow_private: bool = False
    crm_timeout: float = Field(default=10, gt=0)

    @field_validator("cors_origins", "allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        if not all(origin == "*" or _is_origin(origin) for origin in value):
            raise ValueError("each must be an origin such as https://example.com, without a path, or *")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: list[str]) -> list[str]:
        if not all(name == "*" or _HOST.fullmatch(name) for name in value):
            raise ValueError(
                "each must be a host name such as example.com or *.example.com, without a port, or *"
            )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        if not all(proxy == "*" or _is_network(proxy) for proxy in value):
            raise ValueError("each must be an address or a network such as 10.0.0.0/8, or *")
        return value

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        """What is blank is not given."""
        texts = {
            name: config_parsing.bare(value) if isinstance(value, str) else value
            for name, value in given.items()
        }
        return {name: value for name, value in texts.items() if value != ""}

    @field_validator(*SECRETS, mode="before")
    @classmethod
    def _sendable(cls, value: object) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        return SecretStr(config_parsing.secret(config_parsing.bare(text))) if isinstance(text, str) else value

    @field_validator("storage_key")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        return value and SecretStr(",".join(storage_keys(value.get_secret_value())))

    @field_validator(
        "dialogs_storage_path",
        "access_storage",
        "knowledge_storage",
        "eval_runs",
        "router_artefact",
        mode="before",
    )
    @classmethod
    def _home(cls, value: object) -> object:
        return config_parsing.path(value) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("openai_base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not (config_parsing.is_address(value) and config_parsing.names_nobody(value)) or "#" in value:
            raise ValueError("it must be an address such as http://localhost:11434/v1, without a password")
        return config_parsing.base_url(value)

    @field_validator("backoffice_storage", "checkpoint_storage")
    @classmethod
    def _path_or_server(cls, value: str, info: ValidationInfo) -> str:
        scheme, has_scheme, _ = value.partition("://")
        is_file = info.field_name == "backoffice_storage" and scheme.lower().partition("+")[0] == "sqlite"
        if (
            has_scheme
            and not is_file
            and not (scheme in (*_SERVERS, "file") and config_parsing.has_port(value))
        ):
            raise ValueError("it must be a path, or an address such as postgresql+psycopg://localhost/name")
        return config_parsing.database(value)

    @field_validator("crm_url")
    @classmethod
    def _crm_address(cls, value: str | None) -> str | None:
        if value is not None and not (
            config_parsing.is_address(value) and config_parsing.names_nobody(value)
        ):
            raise ValueError("it must be an address such as https://example.com/hook, without a password")
        return value

    @property
    def wants_demo_data(self) -> bool:
        """A real company's records never get invented customers, unless somebody says so."""
        return self.environment == "development" if self.demo_data is None else self.demo_data

    @property
    def offers_example(self) -> bool:
        return self.demo_week and self.environment == "development"

    def policy_of(self, company: Policy) -> Policy:
        """The company's, with the limits that are set."""
        limits = {
            "refund_limit_rub": self.refund_limit,
            "refunds_per_year": self.refunds_per_year,
            "credit_limit_rub": self.credit_limit,
            "order_limit_rub": self.order_limit,
        }
        return company.model_copy(update={name: limit for name, limit in limits.items() if limit is not None})

    @property
    def has_provider(self) -> bool:
        """A compatible server on one's own machine often needs no key: its address is enough."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def effective_log_level(self) -> str:
        """LOG_LEVEL where it is given; without it DEBUG=true asks for more detail in development."""
        detailed = (
            self.debug and self.environment == "development" and "log_level" not in self.model_fields_set
        )
        return "DEBUG" if detailed else self.log_level

    @property
    def router_name(self) -> RouterName:
        return self.router or ("cascade" if self.has_provider else "local")


def load_settings(**overrides: object) -> Settings:
    """Arguments, then files of secrets, environment, `.env`. Raises SettingInvalid for the first bad one."""
    given = config_parsing.from_files(SECRETS, os.environ) | overrides
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingInvalid(str(first["loc"][0]).upper(), _plain(first["msg"])) from None
    except UnicodeDecodeError:
        raise SettingInvalid("in .env", "the file is not UTF-8") from None
    except OSError as error:
        raise SettingInvalid("in .env", f"the file cannot be read: {error.strerror}") from None
    check_certificates(os.environ)
    if settings.has_provider:
        check_proxies(os.environ, urlsplit(settings.openai_base_url or OPENAI).hostname or "")
    if settings.router_name != "local" and not settings.has_provider:
        raise SettingInvalid("ROUTER", f"{settings.router_name} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    return settings


def _is_origin(value: str) -> bool:
    """As browsers send it: anything behind the port would match no request."""
    return (
        config_parsing.is_address(value)
        and config_parsing.names_nobody(value)
        and value.count("/") == 2
        and not set(value) & set("?#")
    )


def _is_network(value: str) -> bool:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
