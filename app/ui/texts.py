"""The words of the workbench, one table a language."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "ru": {
        "title": "Call Center Agents",
        "offline": "Отвечает встроенная модель: без сети, по базе знаний.",
        "online": "Отвечает модель {model}.",
        "degraded": "модель недоступна, отвечает встроенная",
        "placeholder": "Напишите сообщение…",
        "send": "Отправить",
        "new": "Новый диалог",
        "path": "Как принято решение",
        "empty": "Здесь появится путь сообщения: кого выбрал маршрутизатор и насколько он уверен.",
        "confidence": "уверенность",
        "source": "источник",
        "why": "почему",
        "hops": "передачи",
        "knowledge": "статьи",
        "time": "время",
        "tokens": "токены",
        "dialog": "диалог",
        "examples": "Примеры",
        "failed": "Не получилось: {problem}",
    },
    "en": {
        "title": "Call Center Agents",
        "offline": "The embedded model answers: no network, from the knowledge base.",
        "online": "The model {model} answers.",
        "degraded": "the provider is down, the embedded model answers",
        "placeholder": "Write a message…",
        "send": "Send",
        "new": "New dialog",
        "path": "How it was decided",
        "empty": "The path of the message will appear here: whom the router chose and how sure it was.",
        "confidence": "confidence",
        "source": "source",
        "why": "why",
        "hops": "hand-overs",
        "knowledge": "articles",
        "time": "time",
        "tokens": "tokens",
        "dialog": "dialog",
        "examples": "Examples",
        "failed": "That did not work: {problem}",
    },
}

EXAMPLES: tuple[str, ...] = (
    "Не работает приложение, не могу войти в аккаунт",
    "сколько стоит Профи?",
    "верните деньги, третий раз пишу!",
    "The app crashes when I open a file",
    "What plans do you have?",
    "I was charged twice, I want my money back",
)
