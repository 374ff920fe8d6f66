"""Arguments that name something in the catalogue: a model is offered the names that there are."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from app.core.actions import GOODS, ITEM, PLAN
from app.core.catalogue import Catalogue


def narrowed(args: type[BaseModel], catalogue: Catalogue) -> type[BaseModel]:
    """`args` itself where none of its fields is marked."""
    legal = _legal(catalogue)
    fields: dict[str, Any] = {
        name: legal[mark]
        for name, field in args.model_fields.items()
        for mark in legal
        if mark in field.metadata
    }
    return create_model(args.__name__, __base__=args, __doc__=args.__doc__, **fields) if fields else args


def _legal(catalogue: Catalogue) -> dict[str, Any]:
    """Type and default by mark: the first of the goods is meant where none is named."""
    plans: Any = Literal[tuple(catalogue.plans)]
    items: Any = Literal[catalogue.names]
    legal: dict[str, Any] = {PLAN: (plans, ...), ITEM: (items, ...)}
    if goods := catalogue.goods:
        legal[GOODS] = (str, Field(default=goods[0], pattern=f"^({'|'.join(goods)})$"))
    return legal
