"""The `call-center` command: a table of its commands. The module of a command is imported when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from app.main import configure_libraries

FIGURES = ("pandas", "scipy", "jinja2", "matplotlib")
"""Libraries of the extra `eval`, which a server can do without."""


@dataclass(frozen=True, slots=True)
class Command:
    """`target` is `module:function` in app.cli; the first line of `help` is shown in lists."""

    target: str
    help: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    help: str
    commands: Mapping[str, Command | Group]


EVAL = Group(
    "Evaluate routers and agents. Exit status: 0 passed, 1 if a gate fails, 2 on a usage error.",
    {
        "run": Command("eval:run_evaluation", "Run a router over labelled sets and report.", figures=True),
        "compare": Command(
            "eval_runs:compare_runs",
            "Compare run B with run A on the cases that both answered. The limits apply to B.",
            figures=True,
        ),
        "list": Command("eval_runs:list_runs", "List the runs, newest first.", figures=True),
        "show": Command("eval_runs:show_run", "Show the figures of a run and its provenance.", figures=True),
        "delete": Command("eval_runs:delete_run", "Delete a run and its files.", figures=True),
        "report": Command(
            "eval_runs:write_report",
            "Write the report of a run as one HTML file that opens offline.",
            figures=True,
        ),
        "check": Command(
            "eval_sets:check_sets",
            "Check the sets: labels, duplicates, overlap of train, development and test. "
            "Exit status 1 on errors.",
        ),
        "scenarios": Command(
            "eval_scenarios:play_scenarios",
            "Play whole dialogs with the agents; judge the records they leave, then their words.\n\n"
            "Exit status 1 also for a single forbidden action.",
            figures=True,
        ),
        "conversations": Command(
            "eval_conversations:judge_conversations",
            "Play conversations by people who have seen no answer; check every turn.\n\n"
            "The test half is opened with --open-test only, and each opening is logged.",
            figures=True,
        ),
        "consent": Command(
            "eval_batteries:try_consent",
            "Type every line of the battery after each act that is proposed: what is no yes must do nothing.",
            figures=True,
        ),
        "demands": Command(
            "eval_batteries:try_demands",
            "Type each demand of the battery as a first message: does it reach its tool?",
            figures=True,
        ),
        "security": Command(
            "eval_security:try_security",
            "Play attacks and innocent lines that look like them: acts, leaks, desks and what is marked.\n\n"
            "Exit status 1 for an unauthorised action or a leak.",
            figures=True,
        ),
        "import": Command(
            "eval_sets:import_set",
            "Make a set from labelled messages of your own. Nothing leaves this machine.",
        ),
    },
)
KB = Group(
    "Manage the knowledge base: your documents and the shipped articles. Exit status: 2 on a usage error.",
    {
        "add": Command(
            "kb:add_documents",
            "Add documents or new versions of them. A running server picks them up by itself.",
        ),
        "list": Command("kb:list_documents", "List the documents that were added."),
        "remove": Command("kb:remove_document", "Remove a document with all its versions."),
        "search": Command("kb:search_articles", "Show what an agent would find for a question."),
        "eval": Command(
            "kb:evaluate_search", "Measure the search on labelled questions: recall, reciprocal rank, misses."
        ),
        "approve": Command("kb:approve_answer", "Approve an answer to be given without asking a model."),
    },
)
CRM = Group(
    "Inspect the delivery of events to the CRM. "
    "Exit status: 0 fine, 1 if an event was not delivered or delivered twice, 2 on a usage error.",
    {
        "status": Command(
            "crm:show_outbox",
            "Show pending events and dead letters. Exit status 1 if there are dead letters.",
        ),
        "retry": Command("crm:retry_events", "Queue dead letters again; a running server delivers them."),
        "test": Command("crm:try_connection", "Show the configuration and try the connection."),
    },
)
DB = Group(
    "Manage the records of the embedded back office.",
    {
        "status": Command("db:show_records", "Show where the records are and how many there are."),
        "seed": Command(
            "db:seed_records", "Migrate the tables, and fill a database without customers with the demo data."
        ),
        "reset": Command("db:reset_records", "Delete every record and write the demo data again."),
    },
)
KEYS = Group(
    "Manage API keys, and sign customers' tokens. Exit status: 2 on a usage error.",
    {
        "create": Command("keys:create_key", "Make a key and print it; it is not shown again."),
        "list": Command("keys:list_keys", "List the keys, oldest first."),
        "rotate": Command("keys:rotate_key", "Make a successor; the old key works for a while longer."),
        "revoke": Command("keys:revoke_key", "End a key at once, and the tokens that it has signed."),
        "token": Command("keys:sign_token", "Sign a token for one customer, and print it."),
    },
)
ACCOUNTS = Group(
    "Manage people who log in to the workbench. Exit status: 2 on a usage error.",
    {
        "create": Command("accounts:create_account", "Make an account; the password is asked for."),
        "list": Command("accounts:list_accounts", "List the accounts, oldest first."),
        "set-role": Command("accounts:set_role", "Give an account another role; its sessions end."),
        "set-password": Command(
            "accounts:set_password", "Give an account another password; its sessions end."
        ),
        "disable": Command("accounts:disable_account", "Disable an account; its sessions end."),
    },
)
CUSTOMERS = Group(
    "Export or delete all data of one customer; delete what is old. "
    "Exit status: 2 on a usage error or where a store fails.",
    {
        "export": Command("customers:export_customer", "Write everything that is kept of a customer."),
        "delete": Command(
            "customers:delete_customer", "Count what is kept of a customer; with --yes delete it for good."
        ),
        "prune": Command("customers:prune_dialogs", "Delete dialogs that are older than RETENTION_DAYS."),
    },
)
AUDIT = Group(
    "Read and check the audit log. Exit status: 1 if it is broken, 2 on a usage error.",
    {
        "list": Command("audit:list_log", "Show who did what, the newest last."),
        "verify": Command("audit:verify_log", "Check every line; the first that is broken is named."),
    },
)
STORAGE = Group(
    "Encrypt the dialogs on the disk. Exit status: 2 on a usage error or for a wrong key.",
    {
        "key": Command("storage:print_new_key", "Print a new key for STORAGE_KEY."),
        "encrypt": Command(
            "storage:encrypt_dialogs",
            "Write again every dialog that is plain or has an older key; a repeat goes on.",
        ),
    },
)
CALL_CENTER = Group(
    "A workbench for AI call centres: serve agents, train their router, evaluate both.",
    {
        "serve": Command("serve:serve_application", "Serve the REST API and the workbench in the browser."),
        "chat": Command(
            "serve:chat_in_terminal", "Talk to the agents in the terminal, as a customer of the back office."
        ),
        "route": Command(
            "serve:route_messages", "Route messages: JSONL on stdin, one JSON line per message on stdout."
        ),
        "mock-llm": Command(
            "serve:serve_mock_model",
            "Serve an OpenAI-compatible model for tests and demos, with faults and habits of real servers.",
        ),
        "mock-crm": Command(
            "crm:serve_mock_crm",
            "Serve a CRM for tests and demos; GET /mock shows what it holds. "
            "Prints the settings that connect to it.",
        ),
        "doctor": Command(
            "doctor:run_doctor", "Check what is configured, reachable and missing, and say how to fix it."
        ),
        "train": Command(
            "train:train_router",
            "Fit the local router to labelled lines and compare it with the one in use.\n\n"
            "Exit status: 0 fitted, 1 if a significantly worse version was not promoted, 2 on a usage error.",
            figures=True,
        ),
        "routers": Command(
            "train:manage_versions",
            "List the versions of the local router, or choose one.",
            figures=True,
        ),
        "version": Command("main:print_version", "Print the version."),
        "eval": EVAL,
        "kb": KB,
        "crm": CRM,
        "db": DB,
        "keys": KEYS,
        "accounts": ACCOUNTS,
        "customers": CUSTOMERS,
        "audit": AUDIT,
        "storage": STORAGE,
    },
)


class LazyGroup(TyperGroup):
    """Lists commands with their help from `table`; resolving a command is what imports its module."""

    table: ClassVar[Mapping[str, Command | Group]] = {}

    def __init__(self, **attributes: Any) -> None:
        listed = {name: TyperCommand(name, help=entry.help) for name, entry in self.table.items()}
        super().__init__(**{**attributes, "commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, listed, rest = super().resolve_command(ctx, args)
        return name, load_command(str(name), self.table[str(name)]) if listed else None, rest


def build_group(entry: Group) -> typer.Typer:
    lazy = type("CommandTable", (LazyGroup,), {"table": entry.commands})
    group = typer.Typer(cls=lazy, help=entry.help, no_args_is_help=True, add_completion=False)
    group.callback()(lambda: None)  # without one typer takes it for a single command
    return group


def load_command(name: str, entry: Command | Group) -> Any:
    """Exits with 2 where the libraries of a command that prints figures are not installed."""
    if isinstance(entry, Group):
        return typer.main.get_command(build_group(entry))
    if entry.figures and (missing := [library for library in FIGURES if not find_spec(library)]):
        typer.echo(f"{', '.join(missing)} is not installed: pip install 'call-center-agents[eval]'", err=True)
        raise typer.Exit(2)
    configure_libraries()
    module, _, function = entry.target.partition(":")
    single = typer.Typer(add_completion=False)
    single.command(name, help=entry.help)(getattr(import_module(f"app.cli.{module}"), function))
    return typer.main.get_command(single)


def print_version() -> None:
    typer.echo(version("call-center-agents"))


app = build_group(CALL_CENTER)


def main() -> None:
    app()
