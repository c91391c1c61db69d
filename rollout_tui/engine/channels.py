"""The channels that alerts go to: a queue and a task each, so that a slow or broken one delays nothing else."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from rollout_tui.config.secrets import resolve
from rollout_tui.config.settings import ChannelSettings
from rollout_tui.ports import Misconfigured

_log = logging.getLogger(__name__)
_TRIES = 3
_BETWEEN = (5.0, 30.0)
"""Seconds before it is tried again, where the service names none."""
_TOO_MANY = 60.0
"""Seconds for which a service that says "too many requests" (429) is left alone."""
_APART = 1.0
"""Seconds between two messages to one channel (stores.md 10)."""
_LONGEST = 30.0
"""Wall seconds that one try may take."""
_MOST = 50
"""Messages that wait at most; a channel that is down for hours gets the newest."""
_WIDTH = 1800
"""Characters of a message: below every service's limit."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one try ended: `why` not, in words without the address; `wait` seconds before the next one is any use."""

    done: bool
    why: str = ""
    wait: float | None = None


Sender = Callable[[str, Message], Awaitable[Delivery]]
"""Sends a message to an address, which is a secret."""


class Channel:
    """One channel. `tell` hears when it breaks and when it works again, once each."""

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        send: Sender,
        tell: Callable[[str, bool], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.settings = settings
        self.sent = 0
        self.failed = 0
        self.problem = ""
        """Why the newest message was not sent; empty where it was."""
        self._send = send
        self._tell = tell
        self._sleep = sleep
        self._waiting: list[Message] = []
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, message: Message) -> None:
        """Send it soon."""
        if len(self._waiting) >= _MOST:
            self._waiting.pop(0)
            self.failed += 1
        self._waiting.append(message)
        self._idle.clear()
        self._news.set()

    async def run(self) -> None:
        """Send what comes, in order, until cancelled."""
        while True:
            await self._news.wait()
            while self._waiting:
                self._count(await self._deliver(self._waiting.pop(0)))
                await self._sleep(_APART)
            self._news.clear()
            self._idle.set()

    async def drained(self) -> None:
        """Returns when nothing waits."""
        await self._idle.wait()

    async def try_once(self, message: Message) -> Delivery:
        """One try. Never raises."""
        try:
            url = resolve(self.settings.url)
            async with asyncio.timeout(_LONGEST):
                return await self._send(url, harmless(message))
        except Misconfigured as error:
            return Delivery(False, error.message)
        except TimeoutError:
            return Delivery(False, f"no answer within {_LONGEST:g} s")
        except Exception as error:  # noqa: BLE001  its text may hold the address
            return Delivery(False, f"{type(error).__name__} while sending")

    async def _deliver(self, message: Message) -> Delivery:
        for number in range(_TRIES):
            delivery = await self.try_once(message)
            if delivery.done or number == _TRIES - 1:
                break
            await self._sleep(_BETWEEN[number] if delivery.wait is None else delivery.wait)
        return delivery

    def _count(self, delivery: Delivery) -> None:
        was, self.problem = self.problem, delivery.why if not delivery.done else ""
        self.sent += delivery.done
        self.failed += not delivery.done
        if bool(was) is not bool(self.problem):
            text = f"not sent: {self.problem}" if self.problem else "works again"
            self._tell(f"Alert channel {self.name} {text}", delivery.done)


def harmless(message: Message) -> Message:
    """Texts from outside (bugs' titles, store messages) ping nobody and are no links to people."""
    return Message(_no_pings(message.title), _no_pings(message.body)[:_WIDTH])


def _no_pings(text: str) -> str:
    """A character without width after each `@`, a blank in `<!here>` and `<@U1>`: services read neither as a ping."""
    return re.sub(r"<(?=[@!#:/\w])", "< ", text).replace("@", "@\N{ZERO WIDTH SPACE}")


async def by_apprise(url: str, message: Message) -> Delivery:
    """Send by apprise, in a thread that nobody waits for at the end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Delivery] = loop.create_future()

    def finish(delivery: Delivery) -> None:
        if not done.done():
            done.set_result(delivery)

    def work() -> None:
        delivery = _apprised(url, message)
        if not loop.is_closed():
            loop.call_soon_threadsafe(partial(finish, delivery))

    threading.Thread(target=work, name="alert", daemon=True).start()
    return await done


class _Codes(logging.Handler):
    """Listens to apprise for the number of an error, and for nothing else: its lines may hold the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.code = ""
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """A line of apprise."""
        found = re.search(r"error=(\d{3})", record.getMessage())
        if found is not None and record.thread == self._thread:
            self.code = found[1]


def _apprised(url: str, message: Message) -> Delivery:
    try:
        import apprise
    except ImportError:
        return Delivery(False, "apprise is not installed: pip install apprise")
    logger, codes = logging.getLogger("apprise"), _Codes()
    logger.propagate = False
    logger.addHandler(codes)
    try:
        channel = apprise.Apprise()
        if not channel.add(url):
            return Delivery(False, "its address is of no kind that can be sent to (docs/guard.md)")
        if channel.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
            return Delivery(True)
    except Exception as error:  # noqa: BLE001  its text may hold the address
        return Delivery(False, f"{type(error).__name__} while sending")
    finally:
        logger.removeHandler(codes)
    why = f"the service answered HTTP {codes.code}" if codes.code else "the service cannot be reached or refused it"
    return Delivery(False, why, _TOO_MANY if codes.code == "429" else None)
