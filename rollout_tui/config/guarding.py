"""What the guard does, from the file: whom it alerts, and what it may pause by itself."""

from __future__ import annotations

from rollout_tui.config.check import Problems
from rollout_tui.config.raw import Alerts, File
from rollout_tui.config.settings import ActionSettings, AlertSettings, ChannelSettings
from rollout_tui.domain.automatic import AutomaticRule


def build_alerts(alerts: Alerts) -> AlertSettings:
    """Who is told what."""
    channels = {
        name: ChannelSettings(channel.url, channel.levels, channel.gates, channel.digest)
        for name, channel in alerts.channels.items()
    }
    return AlertSettings(channels, alerts.repeat, alerts.digest_at, alerts.timezone)


def build_actions(file: File, problems: Problems) -> ActionSettings:
    """How actions behave; an automatic pause that nothing could cause, or of no platform here, is a mistake."""
    rules = {}
    for platform, section in file.actions.automatic_pause.items():
        where = ("actions", "automatic_pause", platform.value)
        if platform not in file.platforms:
            problems.complain(where, f"there is no [platforms.{platform.value}]")
        if section.gate_failed is None and section.critical is None:
            problems.complain(where, 'nothing could cause it; expected gate_failed = "10m", critical = "5m", or both')
        rules[platform] = AutomaticRule(section.gate_failed, section.critical, section.countdown)
    if rules and file.actions.read_only:
        problems.complain(("actions", "automatic_pause"), "cannot pause anything while read_only is true")
    return ActionSettings(file.actions.deadline, file.actions.read_only, rules)
