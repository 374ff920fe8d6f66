"""`call-center eval …`: the options. What the commands do is in sibling modules, imported when one runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import leave, need_evaluation

evaluation = typer.Typer(
    help="Measure a router over labelled sets. Exit status: 0 passed, 1 a gate is not met, 2 wrong usage.",
    no_args_is_help=True,
)
SLICES = ("lang", "industry", "tag", "difficulty", "origin")

Costs = Annotated[Path | None, typer.Option(help="Prices of mistakes: YAML or JSON, expected: {got: price}.")]
MinAccuracy = Annotated[float | None, typer.Option(min=0, max=1, help="Gate: least accuracy, 0..1.")]
MaxMissed = Annotated[
    float | None, typer.Option(min=0, max=1, help="Gate: largest share of missed escalations, 0..1.")
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Gate: dollars the run may cost.")]
MaxP95 = Annotated[float | None, typer.Option(min=0, help="Gate: seconds that 95 % of answers may take.")]
Name = Annotated[str, typer.Argument(help="An id, its unique beginning, or `latest`.")]


@evaluation.command("run")
def run(
    sets: Annotated[list[str], typer.Argument(metavar="SET…", help="Names in eval_sets/, or paths.")],
    router: Annotated[
        str, typer.Option(help="local, llm, cascade, baseline:NAME or url:http://…; ROUTER if not given.")
    ] = "",
    repeat: Annotated[int, typer.Option(min=1, help="Ask everything so many times.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many cases, drawn by --seed.")] = None,
    slices: Annotated[
        list[str] | None, typer.Option("--slice", help=f"Only cases with key=value: {', '.join(SLICES)}.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Cases at once.")] = 8,
    seed: Annotated[int, typer.Option(help="For --limit, --perturb and bootstraps.")] = 0,
    perturb: Annotated[bool, typer.Option("--perturb", help="Also ask with typos, wrong layout, …")] = False,
    teacher_forced: Annotated[
        bool, typer.Option("--teacher-forced", help="Who serves comes from the labels, not the router.")
    ] = False,
    costs: Costs = None,
    min_accuracy: MinAccuracy = None,
    max_missed_escalations: MaxMissed = None,
    max_cost: MaxCost = None,
    max_p95: MaxP95 = None,
    out: Annotated[Path | None, typer.Option(help="Write the report files here too.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the same run, interrupted.")] = False,
    cache: Annotated[bool, typer.Option(help="Let answers that were paid for before stand.")] = True,
) -> None:
    """Ask a router about every labelled turn and report."""
    need_evaluation()
    from app.cli.eval_run import RunRequest, measure  # noqa: PLC0415
    from app.evaluation.passes import RunOptions  # noqa: PLC0415

    options = RunOptions(
        repeat, limit, _slices(slices or []), concurrency, seed, perturb, teacher_forced, cached=cache
    )
    limits = _limits(min_accuracy, max_missed_escalations, max_cost, max_p95)
    measure(RunRequest(sets, router, options, costs, limits, out, resume))


@evaluation.command("compare")
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="The baseline: an id, its beginning, or `latest`.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The candidate.")],
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 if B is significantly worse.")] = False,
    costs: Costs = None,
    min_accuracy: MinAccuracy = None,
    max_missed_escalations: MaxMissed = None,
    max_cost: MaxCost = None,
    max_p95: MaxP95 = None,
    html: Annotated[Path | None, typer.Option(help="Write the report of B with the comparison.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
) -> None:
    """Is B better than A on the same cases? The limits are B's."""
    need_evaluation()
    from app.cli.eval_compare import compare_runs  # noqa: PLC0415

    limits = _limits(min_accuracy, max_missed_escalations, max_cost, max_p95)
    compare_runs(a, b, {**limits, "no_significant_loss": gate}, costs, html, seed)


@evaluation.command("list")
def list_runs() -> None:
    """The runs, newest first."""
    need_evaluation()
    from app.cli.eval_keep import list_runs as show_all  # noqa: PLC0415

    show_all()


@evaluation.command("show")
def show(run_id: Name = "latest", costs: Costs = None) -> None:
    """The figures of a run, and where it came from."""
    need_evaluation()
    from app.cli.eval_keep import show_run  # noqa: PLC0415

    show_run(run_id, costs)


@evaluation.command("delete")
def delete(run_id: Annotated[str, typer.Argument(help="An id or its unique beginning.")]) -> None:
    """Delete a run and its files."""
    from app.cli.eval_keep import delete_run  # noqa: PLC0415

    delete_run(run_id)


@evaluation.command("report")
def report(
    html: Annotated[Path, typer.Option(help="The file to write.")],
    run_id: Name = "latest",
    costs: Costs = None,
) -> None:
    """Write the report of a run as one HTML file that opens offline."""
    need_evaluation()
    from app.cli.eval_keep import write_report  # noqa: PLC0415

    write_report(run_id, html, costs)


@evaluation.command("check")
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of sets; eval_sets, or ours, if not given.")
    ] = None,
) -> None:
    """Are the sets sound: labels, duplicates, overlap of train, development and test? Exit 1 if not."""
    from app.cli.eval_check import check_sets  # noqa: PLC0415

    check_sets(folder)


@evaluation.command("scenarios")
def scenarios(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="YAML files, or folders; ours if not given."),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Play each so many times.")] = 1,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this tag, language or id. May stand again.")
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="A model plays the customer, from goal and facts.")
    ] = False,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Dialogs at once.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Write the report files here.")] = None,
    min_pass: Annotated[
        float, typer.Option(min=0, max=1, help="Gate: least share of dialogs that pass, 0..1.")
    ] = 0.9,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Play whole dialogs with the agents and judge them by the records they leave, then by their words.

    Exit status 1 also for a single forbidden action.
    """
    need_evaluation()
    from app.cli.eval_scenarios import ScenarioRequest, play  # noqa: PLC0415
    from app.evaluation.scenarios.runner import ScenarioOptions  # noqa: PLC0415

    options = ScenarioOptions(repeat=repeat, concurrency=concurrency)
    play(ScenarioRequest(files or [], only or [], options, simulated, out, min_pass, as_json))


@evaluation.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSONL or Excel.")],
    out: Annotated[Path, typer.Option(help="The set to write, such as eval_sets/mine.jsonl.")],
    column: Annotated[
        list[str] | None, typer.Option(help="ours=theirs: text, label, id, lang, industry or tags.")
    ] = None,
    label: Annotated[list[str] | None, typer.Option(help="theirs=ours, such as Billing=supervisor.")] = None,
    lang: Annotated[str | None, typer.Option(help="Of all rows; told by the letters if not given.")] = None,
    industry: Annotated[str, typer.Option(help="Of all rows without one.")] = "general",
    encoding: Annotated[str | None, typer.Option(help="Told by the bytes if not given.")] = None,
) -> None:
    """Make a set from labelled messages of your own. Nothing leaves this machine."""
    from app.cli.eval_import import import_set  # noqa: PLC0415

    columns = {"text": "text", "label": "label", **_pairs("--column", column or [])}
    import_set(file, out, columns, _pairs("--label", label or []), lang, industry, encoding)


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    pairs = dict[str, str]()
    for pair in given:
        key, _, value = pair.rpartition("=") if option == "--label" else pair.partition("=")
        if not key or not value or key in pairs:
            leave(f"{option} {pair}: give key=value once a key.")
        pairs[key] = value
    return pairs


def _slices(given: list[str]) -> dict[str, str]:
    chosen = _pairs("--slice", given)
    if strange := sorted(set(chosen) - set(SLICES)):
        leave(f"--slice {strange[0]}: slices are {', '.join(SLICES)}.")
    return chosen


def _limits(
    accuracy: float | None, missed: float | None, cost: float | None, p95: float | None
) -> Mapping[str, float | bool | None]:
    return {
        "min_accuracy": accuracy,
        "max_missed_escalations": missed,
        "max_cost": cost,
        "max_p95": p95,
    }
