"""The customer's word on proposals: which line confirms, declines or suspends one. No model is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core import event_data
from app.core.backoffice import Effect
from app.core.clock import Clock, utcnow
from app.core.dialog import Dialog, Message
from app.core.events import EventKind
from app.core.models import OPERATOR, Reply
from app.core.ports import ConsentReader
from app.core.proposals import Answer, LineVerdict, Proposal, State

ASKED_AT_MOST = 2  # times that a question is put in a row to somebody who only acknowledges
EVENTS: dict[State, EventKind] = {
    "confirmed": "proposal.confirmed",
    "declined": "proposal.declined",
    "superseded": "proposal.superseded",
    "expired": "proposal.expired",
}


def hear_nothing(tool: str, question: str, said: str) -> Answer:  # noqa: ARG001 - a reader's names
    """Every line is taken for another matter."""
    return "other"


@dataclass(frozen=True)
class Consents:
    """The caller holds the dialog's lock, and writes the dialog."""

    read: ConsentReader = hear_nothing
    lifetime: timedelta = timedelta(minutes=30)
    clock: Clock = utcnow

    def hear(self, dialog: Dialog, line: Message, arrived: datetime | None = None) -> None:
        """What the customer's new line does to what was proposed: kept with the line as its verdict."""
        arrived = arrived or line.timestamp
        self.lapse(dialog)
        live = [p for p in reversed(dialog.proposals) if p.is_live]
        if dialog.handler == "person":
            suspend(live)
            return
        now_asked = next((p for p in live if is_asked_now(dialog, p, line, arrived)), None)
        if now_asked is not None:
            line.verdict = self._answered(dialog, now_asked, line)
        else:
            line.verdict = next(self._taken_up(dialog, live, line), None)
        if line.verdict is None or line.verdict.answer == "remind":
            suspend(live)

    def follow(self, dialog: Dialog, reply: Reply, said: Message) -> None:
        """`said` tells the customer the reply: what it leaves of the proposals."""
        if reply.proposal is not None:
            self.put(dialog, reply.proposal, said)
            return
        for proposal in dialog.proposals:
            if reply.declines:
                self.settle(dialog, proposal, "declined", said.seq)
            elif self._is_left(dialog, proposal, said):
                self.settle(dialog, proposal, "expired", said.seq)

    def put(self, dialog: Dialog, proposal: Proposal, said: Message) -> None:
        """`said` ends with its question: it supersedes all others, one at a time waits for a word."""
        new = find_proposal(dialog, proposal.id) is None
        for earlier in dialog.proposals:
            if earlier is not proposal:
                self.settle(dialog, earlier, "superseded", said.seq)
        proposal.put(said.seq, _language(said, proposal), self.clock() + self.lifetime)
        if new:
            dialog.proposals.append(proposal)
            dialog.add_event("proposal.made", event_data.of_proposal(proposal), self.clock())

    def settle(self, dialog: Dialog, proposal: Proposal, state: State, seq: int) -> None:
        settle(dialog, proposal, state, seq, self.clock())

    def end(self, dialog: Dialog) -> None:
        """The dialog is being closed."""
        for proposal in dialog.proposals:
            self.settle(dialog, proposal, "expired", 0)

    def lapse(self, dialog: Dialog) -> None:
        now = self.clock()
        for proposal in dialog.proposals:
            if proposal.is_live and proposal.expires_at is not None and proposal.expires_at <= now:
                self.settle(dialog, proposal, "expired", 0)

    def _answered(self, dialog: Dialog, proposal: Proposal, line: Message) -> LineVerdict | None:
        """To the line just after our question. The same demand again is a retry that has not read it."""
        answer = self._read(proposal, line)
        if answer == "named" and words(line) == words(dialog.message(proposal.seq)):
            return LineVerdict(proposal=proposal.id, answer="again")
        if answer in ("yes", "named"):
            return LineVerdict(proposal=proposal.id, answer="confirm")
        if answer == "no":
            return LineVerdict(proposal=proposal.id, answer="decline")
        if answer == "pause":
            return LineVerdict(proposal=proposal.id, answer="wait")
        if answer == "unclear" and proposal.times < ASKED_AT_MOST:
            return LineVerdict(proposal=proposal.id, answer="again")
        return None

    def _taken_up(self, dialog: Dialog, live: list[Proposal], line: Message) -> Iterator[LineVerdict]:
        """Later only the name of the act brings the question back, and a person's handing back does."""
        for proposal in live:
            answer, returned = self._read(proposal, line), is_returned(dialog, proposal)
            if answer == "named" or (returned and answer in ("yes", "unclear")):
                yield LineVerdict(proposal=proposal.id, answer="again")
            elif returned:
                yield LineVerdict(proposal=proposal.id, answer="decline" if answer == "no" else "remind")

    def _is_left(self, dialog: Dialog, proposal: Proposal, said: Message) -> bool:
        """Another agent answers than the one that asked, or this is the second answer to something else."""
        since = dialog.messages[proposal.asked : said.seq - 1]
        asked = next((m for m in reversed(since) if m.role == "customer"), None)
        again = any(m.role == "agent" and m.turn is not None and m.about is None for m in since)
        elsewhere = asked is not None and self._read(proposal, asked) == "other"
        return (again and elsewhere) or said.agent_type != dialog.message(proposal.asked).agent_type

    def _read(self, proposal: Proposal, line: Message) -> Answer:
        return self.read(proposal.tool, proposal.question.text, line.content)


def _language(said: Message, proposal: Proposal) -> str:
    return said.turn.language if said.turn else proposal.language


def settle(dialog: Dialog, proposal: Proposal, state: State, seq: int, now: datetime) -> None:
    """Decide what is not decided yet."""
    if proposal.is_live:
        proposal.decide(state, seq, proposal.outcome)
        dialog.add_event(EVENTS[state], event_data.of_proposal(proposal), now)


def note_confirmed(dialog: Dialog, effect: Effect) -> None:
    """After a crash between the act and its answer the audit tells of it."""
    proposal = find_proposal(dialog, effect.proposal)
    if proposal is not None and proposal.is_live:
        proposal.outcome = effect.outcome
        settle(dialog, proposal, "confirmed", effect.seq, effect.at)


def suspend(proposals: list[Proposal]) -> None:
    for proposal in proposals:
        if proposal.state == "open":
            proposal.state = "suspended"
            proposal.times = 0


def is_asked_now(dialog: Dialog, proposal: Proposal, line: Message, arrived: datetime) -> bool:
    """The line was sent after our question, and nothing was said in between, but for answers to it that were
    cut before they were carried out."""
    between = dialog.messages[proposal.asked : line.seq - 1]
    alone = all(m.role == "customer" and m.verdict is not None for m in between)
    late = arrived >= dialog.message(proposal.asked).timestamp
    return proposal.state == "open" and late and alone and not has_served(dialog, proposal)


def words(line: Message) -> list[str]:
    return re.findall(r"\w+", line.content.casefold())


def is_returned(dialog: Dialog, proposal: Proposal) -> bool:
    """A person has served since the question was put, and no agent of ours has spoken since."""
    since = dialog.messages[proposal.asked :]
    spoken = any(m.role == "agent" and m.agent_type != OPERATOR and m.about is None for m in since)
    return has_served(dialog, proposal) and not spoken


def has_served(dialog: Dialog, proposal: Proposal) -> bool:
    """A person, who has handed the dialog back since the question was put."""
    asked_at = dialog.message(proposal.asked).timestamp
    return any(note.at >= asked_at for note in dialog.notes)


def find_proposal(dialog: Dialog, proposal_id: str) -> Proposal | None:
    return next((p for p in dialog.proposals if p.id == proposal_id), None)


def proposals_before(dialog: Dialog, seq: int) -> list[Proposal]:
    """Copies of what was undecided before the line `seq`; open where the question was put just then."""
    kept = []
    for proposal in dialog.proposals:
        told = [m.seq for m in dialog.messages[: seq - 1] if is_question(m, proposal)]
        undecided = proposal.decided is None or proposal.decided >= seq
        if told and undecided:
            state: State = "open" if told[-1] == seq - 1 else "suspended"
            past = {"state": state, "asked": told[-1], "decided": None, "outcome": None}
            kept.append(proposal.model_copy(update=past, deep=True))
    return kept


def is_question(message: Message, proposal: Proposal) -> bool:
    """Whether our message ends with the question of the proposal."""
    texts = (text for question in proposal.questions.values() for text in (question.text, question.brief))
    return message.role == "agent" and message.content.endswith(tuple(filter(None, texts)))


def live_proposal(dialog: Dialog, now: datetime | None = None) -> Proposal | None:
    """The latest that still can be confirmed; without `now` as of the last line."""
    if dialog.status == "closed":
        return None
    live = (p for p in reversed(dialog.proposals) if p.is_live)
    return next((p for p in live if not (now and p.expires_at and p.expires_at <= now)), None)
