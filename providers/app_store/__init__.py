"""App Store Connect: TestFlight, App Review and phased releases."""

from __future__ import annotations

from pydantic import BaseModel

from providers.app_store.options import AppStoreOptions
from providers.own import own
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.ports import Investigator, Provider, ProviderContext, Store


def _open(options: BaseModel, context: ProviderContext) -> Store:
    from providers.app_store.store import AppStore

    return AppStore(own(options, AppStoreOptions), context)


def _open_investigator(options: BaseModel, context: ProviderContext) -> Investigator:
    from providers.app_store.api import open_api
    from providers.app_store.finding import Finder
    from providers.app_store.investigator import TestFlightInvestigator

    options = own(options, AppStoreOptions)
    api = open_api(options, context)
    return TestFlightInvestigator(api, Finder(api, options.bundle_id, context.clock), context.clock, context.name)


def _controls(options: BaseModel) -> str:
    return f"{options.bundle_id} {options.base_url}" if isinstance(options, AppStoreOptions) else ""


def _by_hand(_options: BaseModel, rollout: RolloutPlan, phase: Phase) -> str:
    ways = {
        PhaseKind.TESTERS: f"TestFlight > {phase.group or 'the group'} > Builds > remove {rollout.build}",
        PhaseKind.REVIEW: "App Review > the submission > Cancel Submission",
        PhaseKind.PHASED: f"{rollout.version} > Phased Release > Pause",
    }
    return f"App Store Connect: {ways[phase.kind]}" if phase.kind in ways else ""


PROVIDER = Provider(
    name="app_store",
    about="App Store: TestFlight groups with testers' feedback, App Review and phased releases",
    options=AppStoreOptions,
    open_store=_open,
    open_investigator=_open_investigator,
    controls=_controls,
    label="App Store",
    by_hand=_by_hand,
    shared="the hourly budget of requests belongs to the key: every tool with this key uses it up",
)
