"""App Store Connect: TestFlight, App Review and phased releases."""

from __future__ import annotations

from pydantic import BaseModel

from providers.app_store.options import AppStoreOptions
from rollout_tui.ports import Misconfigured, Provider, ProviderContext, Store


def _open(options: BaseModel, context: ProviderContext) -> Store:
    from providers.app_store.store import AppStore

    if not isinstance(options, AppStoreOptions):
        raise Misconfigured("these are no options of app_store")
    return AppStore(options, context)


PROVIDER = Provider(
    name="app_store",
    about="App Store: TestFlight groups, App Review and phased releases",
    options=AppStoreOptions,
    open_store=_open,
    label="App Store",
    shared="the hourly budget of requests belongs to the key: every tool with this key uses it up",
)
