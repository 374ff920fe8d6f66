"""What the test buttons ask, and how a result reads. Requests of the page come from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.exceptions import BadRequestBody, CallCenterError
from app.services.checks import Checked, Connection
from app.services.workbench import Workbench
from app.ui.request import admit
from app.ui.room import render
from app.ui.words import RoomTexts

Json = dict[str, Any]


class ConnectionCheck(BaseModel):
    """`name` is the connection that is tried."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default="", max_length=500)
    name: Connection


@dataclass(frozen=True)
class ConnectionChecks:
    bench: Workbench
    texts: RoomTexts

    async def check(self, given: Json) -> Json:
        """HTML of the result. A try needs the operator key where there is one."""
        try:
            asked = ConnectionCheck.model_validate(given)
            admit(self.bench.access, asked.key)
            return {"html": self._told(asked.name, await self.bench.checks.run(asked.name))}
        except ValidationError:
            error: CallCenterError = BadRequestBody("The page asked for an unknown connection.")
        except CallCenterError as refused:
            error = refused
        return {"html": render("shared.problem", sentence=self.texts.describe_problem(error))}

    def _told(self, name: Connection, found: Checked) -> str:
        words = self.texts.words
        took = words["ms"].format(n=self.texts.number(max(1, round(found.seconds * 1000))))
        if not found.error:
            return render("settings.passed", sentence=words["check"]["passed"].format(time=took))
        mends = words["mends"]
        mend = mends.get(found.detail) or mends.get(found.error) or mends[name]
        failed = words["check"]["failed"].format(time=took)
        return render("settings.failed", sentence=failed, detail=found.detail, mend=mend)
