"""The configuration as JSON Schema, for editors: our own keys, and those of every provider that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from rollout_tui.config import providers
from rollout_tui.config.raw import File, ProviderSection, StoreSection
from rollout_tui.ports import Provider

Json = dict[str, Any]

_TABLES = {
    "stores": (StoreSection, "open_store"),
    "sources": (ProviderSection, "open_source"),
    "trackers": (ProviderSection, "open_tracker"),
}


def json_schema() -> Json:
    """One schema for the whole file. A provider that cannot be imported is left out."""
    schema = File.model_json_schema()
    definitions: Json = schema["$defs"]
    installed = list(_installed())
    for table, (section, opener) in _TABLES.items():
        able = [provider for provider in installed if getattr(provider, opener) is not None]
        for provider in able:
            _define(definitions, f"{table}.{provider.name}", section, provider)
        schema["properties"][table]["additionalProperties"] = {
            "oneOf": [{"$ref": f"#/$defs/{table}.{provider.name}"} for provider in able]
        }
    for section, _ in _TABLES.values():
        definitions.pop(section.__name__, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rollout-tui configuration"}


def _installed() -> Iterator[Provider]:
    for name in providers.names():
        try:
            yield providers.find(name)
        except providers.UnknownProvider:
            continue


def _define(definitions: Json, name: str, section: type[BaseModel], provider: Provider) -> None:
    """A section with this provider: our keys and its own, nothing else."""
    ours = section.model_json_schema()
    theirs = provider.options.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for model, definition in theirs.pop("$defs", {}).items():
        definitions[f"{name}.{model}"] = definition
    named = {"provider": {"const": provider.name, "description": provider.about}}
    definitions[name] = {
        "type": "object",
        "title": provider.label or provider.name,
        "description": provider.about,
        "properties": {**ours["properties"], **theirs.get("properties", {}), **named},
        "required": [*ours.get("required", []), *theirs.get("required", [])],
        "additionalProperties": False,
    }
