"""The cues of grounding, per language. All of them are read, as a reply may mix languages."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from app.core.wording import spoken, spoken_by_all


class ActionCues(BaseModel):
    """Templates of what was done (or is being done), and of what will be."""

    done: list[str] = []
    will: list[str] = []


class Net(ActionCues):
    """General rules for deeds that no cue names. `<noun>` is any matter that has consequences."""

    nouns: dict[str, list[str]] = {}  # by kind of action


class Language(BaseModel):
    """A template is words in a row: `a|b` either, `a*` any ending, `*a` any beginning, `<name>` a list of
    `words` (in a list `-a` takes words out again) or `<verb.form>` the stems of a verb class with the endings
    of a form, `a?` may be missing, `.` up to three words between, `..` up to six, `^` the first word of the
    sentence, `+` also in the reverse order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, list[str]]
    verbs: dict[str, list[str]] = {}  # stems
    forms: dict[str, list[str]] = {}  # endings
    net: Net = Net()
    actions: dict[str, ActionCues]  # in the order of precedence: the first to claim a word has it
    commits: list[str]  # promises of no kind of their own: dates and durations beside them count
    excuses: dict[str, list[str]]
    courtesies: list[str]  # nothing useful is left when only these are
    honest: dict[str, str]  # what is said in the place of a claim: `value` or `action`

    def vocabulary(self) -> dict[str, list[str]]:
        """The lists of words, and each class of verbs in each form."""
        conjugated = {
            f"{verb}.{form}": [f"{stem}*{ending}" for stem in stems for ending in endings]
            for verb, stems in self.verbs.items()
            for form, endings in self.forms.items()
        }
        return {**self.words, **conjugated}


@lru_cache
def languages() -> list[Language]:
    return [Language(**cues) for cues in spoken_by_all("grounding").values()]


def honest(lang: str) -> dict[str, str]:
    sentences: dict[str, str] = spoken("grounding", lang)["honest"]
    return sentences
