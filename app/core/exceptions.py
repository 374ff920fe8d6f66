"""Error situations. Each class has an HTTP status, a code and a sentence."""

from __future__ import annotations

from typing import Any


class CallCenterError(Exception):
    """Base class; `retry_after` is in seconds, `challenge` is the WWW-Authenticate header."""

    status: int = 500
    code: str = "internal_error"
    retry_after: int | None = None
    challenge: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the instance as it is: subclasses take other arguments than Exception."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[CallCenterError], args: tuple[Any, ...]) -> CallCenterError:
    made = kind.__new__(kind, *args)
    made.args = args
    return made


class SettingInvalid(CallCenterError):
    code = "setting_invalid"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Setting {name} is wrong: {problem}.")


class BadRequestBody(CallCenterError):
    status = 400
    code = "bad_request_body"


class TextUnacceptable(CallCenterError):
    status = 422
    code = "text_unacceptable"


class BodyTooLarge(CallCenterError):
    status = 413
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The request body is larger than {limit} bytes.")


class UnsupportedMediaType(CallCenterError):
    status = 415
    code = "unsupported_media_type"

    def __init__(self) -> None:
        super().__init__("Send the body as application/json in UTF-8.")


class CursorInvalid(CallCenterError):
    status = 422
    code = "cursor_invalid"

    def __init__(self) -> None:
        super().__init__("This cursor does not belong to this list.")


class DialogNotFound(CallCenterError):
    status = 404
    code = "dialog_not_found"

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"Dialog {dialog_id} does not exist.")


class DialogClosed(CallCenterError):
    status = 409
    code = "dialog_closed"

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"Dialog {dialog_id} is closed; create a new one.")


class TakenOver(CallCenterError):
    """The sentence does not name the operator."""

    status = 409
    code = "taken_over"

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"Dialog {dialog_id} is held by another operator; use force to take it over.")


class NotHeld(CallCenterError):
    status = 409
    code = "not_held"

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"Dialog {dialog_id} is not held by this operator; take it over first.")


class DialogBusy(CallCenterError):
    status = 429
    code = "dialog_busy"
    retry_after = 2

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"Too many messages are waiting in dialog {dialog_id}.")


class SearchesBusy(CallCenterError):
    status = 429
    code = "searches_busy"
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("Too many searches are waiting; try again in a moment.")


class DialogQuarantined(CallCenterError):
    """Its file could not be read; it was moved aside and nothing in it was deleted."""

    status = 503
    code = "dialog_quarantined"

    def __init__(self, dialog_id: str) -> None:
        super().__init__(f"The file of dialog {dialog_id} is damaged and was quarantined.")


class RequestInProgress(CallCenterError):
    status = 409
    code = "request_in_progress"
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still running.")


class IdempotencyKeyReused(CallCenterError):
    status = 422
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used with a different body.")


class StorageUnavailable(CallCenterError):
    status = 503
    code = "storage_unavailable"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The dialog storage is currently unavailable; nothing was saved.")


class StorageFull(StorageUnavailable):
    status = 507
    code = "storage_full"
    retry_after = 30


class IndexBuilding(StorageUnavailable):
    """Dialogs can be read and written, but not listed yet."""

    code = "index_building"
    retry_after = 10

    def __init__(self, progress: str) -> None:
        CallCenterError.__init__(self, f"The dialog index is being built: {progress}.")
        self.progress = progress


class BackOfficeUnavailable(CallCenterError):
    status = 503
    code = "back_office_unavailable"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The company's records are currently unavailable; nothing was changed.")


class ApprovalNotFound(CallCenterError):
    status = 404
    code = "approval_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(f"Approval {number} does not exist.")


class ApprovalDecided(CallCenterError):
    status = 409
    code = "approval_decided"

    def __init__(self, number: str, word: str) -> None:
        super().__init__(f"Approval {number} was already {word}.")


class ServiceBusy(CallCenterError):
    status = 503
    code = "service_busy"
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("Too many turns are running; try again in a moment.")


class ShuttingDown(CallCenterError):
    status = 503
    code = "shutting_down"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The service is shutting down; try again in a moment.")


class RoutingFailed(CallCenterError):
    """No route could be decided. `outcome` is one of unparsed, timeout, error."""

    status = 503
    code = "routing_failed"
    retry_after = 5

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(f"The message could not be routed: {reason}.")
        self.outcome = outcome
        self.reason = reason


class ProviderError(CallCenterError):
    """The model provider gave no usable reply. The sentence never contains the provider's own text."""

    status = 503
    code = "provider_unavailable"
    retry_after: int | None = 5
    sentence = "The model provider is not available"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.sentence}{f' ({detail})' if detail else ''}.")
        self.detail = detail


class ProviderTimeout(ProviderError):
    status = 504
    code = "provider_timeout"
    sentence = "The model provider did not answer in time"


class ProviderRefused(ProviderError):
    """The provider rejected the request itself (key, model name, content): retrying does not help."""

    status = 502
    code = "provider_refused"
    retry_after = None
    sentence = "The model provider refused the request"


class ProviderReplyInvalid(ProviderError):
    status = 502
    code = "provider_reply_invalid"
    retry_after = None
    sentence = "The model provider sent an unusable reply"


class CrmError(CallCenterError):
    """An event was not delivered. `detail` is a status or a known code, never the CRM's own text."""

    status = 502
    code = "crm_error"
    sentence = "The CRM did not accept the event"

    def __init__(self, detail: str = "", retry_after: int | None = None) -> None:
        super().__init__(f"{self.sentence}{f' ({detail})' if detail else ''}.")
        self.detail = detail
        self.retry_after = retry_after


class CrmUnavailable(CrmError):
    """Retry later, after `retry_after` seconds if the CRM specified them."""

    status = 503
    code = "crm_unavailable"
    sentence = "The CRM is not available"


class CrmRefused(CrmError):
    """Retrying does not help until a setting, a permission or the event has been fixed."""

    code = "crm_refused"
    sentence = "The CRM refused the request"


class PromptVariableMissing(CallCenterError):
    code = "prompt_variable_missing"

    def __init__(self, prompt: str, names: set[str]) -> None:
        super().__init__(f"Prompt {prompt} does not match its variables: {', '.join(sorted(names))}.")
