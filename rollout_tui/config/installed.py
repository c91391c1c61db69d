"""What is installed as a provider: from which package, what each can be, and what its section may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from rollout_tui.config import providers
from rollout_tui.config.raw import ProviderSection, StoreSection
from rollout_tui.config.secrets import SCHEMES
from rollout_tui.domain.words import plain_text

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from pydantic import BaseModel

    from rollout_tui.ports import Provider

Json = Mapping[str, Any]
ROLES = ("source", "store", "tracker", "investigator")
"""What a provider can be, as its openers are named."""
TABLES = {"source": "sources", "store": "stores", "tracker": "trackers"}
"""The table of the configuration in which each stands; an investigator has its source's or store's section."""


@dataclass(frozen=True, slots=True)
class Option:
    """A key of a section. `default` is None where the key is needed, else as TOML or a word."""

    key: str
    kind: str
    meaning: str
    default: str | None
    secret: bool


@dataclass(frozen=True, slots=True)
class Installed:
    """One entry point. `provider` is None where it cannot be used; `error` says why, in words."""

    name: str
    place: str
    distribution: str
    version: str
    provider: Provider | None
    options: tuple[Option, ...] = ()
    error: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """What it can be."""
        return () if self.provider is None else tuple(role for role in ROLES if getattr(self.provider, f"open_{role}"))


def installed() -> list[Installed]:
    """Every provider that is installed, by name; what is broken says so and harms no other."""
    return [_one(entry) for name in providers.names() for entry in providers.claims(name)]


def options(model: type[BaseModel]) -> list[Option]:
    """The keys that a section with this model may hold, those of tables below it as `metrics.NAME.bad`."""
    schema = model.model_json_schema()
    shapes = schema.get("$defs", {})
    return list(_keys(shapes.get(_named(schema), schema), shapes, model, ""))


def common(role: str) -> list[Option]:
    """The keys that every section of such a provider may hold."""
    model = StoreSection if role == "store" else ProviderSection
    return [option for option in options(model) if option.key != "provider"]


def _one(entry: EntryPoint) -> Installed:
    distribution = entry.dist
    name, version = ("", "") if distribution is None else (distribution.name, distribution.version)
    try:
        provider = providers.find(entry.name)
        return Installed(entry.name, entry.value, name, version, provider, tuple(options(provider.options)))
    except providers.UnknownProvider as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001  a third party's model may be anything; the others are listed all the same
        reason = f"its options cannot be told: {plain_text(f'{type(error).__name__}: {error}', 160)}"
    return Installed(entry.name, entry.value, name, version, None, error=reason)


def _keys(schema: Json, shapes: Json, model: type[BaseModel] | None, under: str) -> Iterator[Option]:
    needed = schema.get("required", ())
    for name, said in schema.get("properties", {}).items():
        below, between = _table(said, shapes)
        if below is not None and under.count(".") < _DEEPEST:
            yield from _keys(below, shapes, None, f"{under}{name}.{between}")
            continue
        shape = _only(said)
        default = None if name in needed else _default(said, model, name)
        secret = any(str(each.get("pattern", "")).startswith(_REFERENCE) for each in (shape, _each(shape)))
        yield Option(f"{under}{name}", _kind(shape), str(said.get("description", "")), default, secret)


_DEEPEST = 6
"""Tables within tables; a model may hold itself."""
_REFERENCE = f"^({'|'.join(scheme.rstrip(':') for scheme in SCHEMES)}):"
"""How the pattern of a text begins that must be a reference to a secret."""
_TIME = r"^\s*[0-9]+(\.[0-9]+)?\s*(s|m"
"""How the pattern of a time begins."""


def _table(said: Json, shapes: Json) -> tuple[Json | None, str]:
    """The shape below a key, and what stands between them; none for plain values."""
    for shape in (said, *said.get("anyOf", ())):
        for each, between in ((shape, ""), (_each(shape), "NAME."), (shape.get("items"), "")):
            found = shapes.get(_named(each)) if isinstance(each, dict) else None
            if found is not None and "properties" in found:
                return found, between
    return None, ""


def _named(shape: Json) -> str:
    """The name of the model that a shape refers to."""
    return str(shape.get("$ref", "")).rpartition("/")[2]


def _only(said: Json) -> Json:
    """The shape without the null that stands for a key that was left out."""
    shapes = [shape for shape in said.get("anyOf", ()) if shape.get("type") != "null"]
    return shapes[0] if len(shapes) == 1 else said


def _each(shape: Json) -> Json:
    """The shape of every value of a table whose keys are names."""
    named = (shape.get("additionalProperties"), *shape.get("patternProperties", {}).values())
    return next((each for each in named if isinstance(each, dict)), {})


def _kind(shape: Json) -> str:
    """The type in a word or two."""
    if "enum" in shape or "const" in shape:
        return " or ".join(f'"{value}"' for value in shape.get("enum", [shape.get("const")]))
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(_kind(each) for each in shape["anyOf"] if each.get("type") != "null"))
    if isinstance(shape.get("type"), list):
        return " or ".join(_KINDS.get(each, "value") for each in shape["type"])
    if shape.get("type") == "array" and isinstance(shape.get("items"), dict):
        return f"list of {_kind(shape['items'])}"
    if shape.get("type") == "object" and _each(shape):
        return f"table of {_kind(_each(shape))}"
    for pattern, word in ((_REFERENCE, "secret reference"), (_TIME, "time")):
        if str(shape.get("pattern", "")).startswith(pattern):
            return word
    return _KINDS.get(str(shape.get("type", "")), "value")


_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}


def _default(said: Json, model: type[BaseModel] | None, name: str) -> str:
    """The default as TOML writes it."""
    value = said.get("default")
    if value is None and model is not None and name in model.model_fields:
        value = model.model_fields[name].get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined or value in ({}, [], (), frozenset()):
        return "none"
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False, default=str)
