"""TLS with an own certificate or CA: what a client is opened with, and words for files that are none."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.ports import Misconfigured, TlsIdentity

if TYPE_CHECKING:
    import ssl

_WRONG = {
    "KEY_VALUES_MISMATCH": "the private key belongs to another certificate",
    "NO_CERTIFICATE_OR_CRL_FOUND": "it holds no certificate",
}
_UNUSABLE = "TLS cannot use it and its private key: one is no PEM file, or the password does not open the key"


class OwnTls:
    """The TLS of one identity. A certificate that is renewed on disk is shown on the next new line.

    Raises Misconfigured, which names the file.
    """

    def __init__(self, identity: TlsIdentity) -> None:
        self._identity = identity
        self.context = _trusting(identity.ca)
        self._shown = self._stamp()
        if identity.certificate is not None:
            self._show(identity.certificate)

    async def renew(self, _request: object) -> None:
        """Before a request: take a certificate that was renewed. One that is not whole yet is taken later."""
        stamp = self._stamp()
        if stamp != self._shown and self._identity.certificate is not None:
            with contextlib.suppress(Misconfigured):
                self._show(self._identity.certificate)
                self._shown = stamp

    def _show(self, certificate: str) -> None:
        identity = self._identity
        key = None if identity.private_key is None else _readable(identity.private_key)
        try:
            # Without a password OpenSSL would ask for it on the terminal, which a screen owns.
            self.context.load_cert_chain(_readable(certificate), key, password=identity.password or "")
        except OSError as error:
            raise Misconfigured(f"{certificate}: {_words(error)}", _REMEDY) from None

    def _stamp(self) -> tuple[float, ...]:
        paths = (self._identity.certificate, self._identity.private_key)
        with contextlib.suppress(OSError):
            return tuple(_path(path).stat().st_mtime for path in paths if path is not None)
        return ()


def _trusting(ca: str | None) -> ssl.SSLContext:
    import ssl

    import httpx

    if ca is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=_readable(ca))
    except OSError as error:
        raise Misconfigured(f"{ca}: {_words(error)}", _REMEDY) from None


def _readable(text: str) -> str:
    """The path of a file that can be read; OpenSSL does not say which one cannot. Raises Misconfigured."""
    path = _path(text)
    try:
        path.open("rb").close()
    except OSError as error:
        raise Misconfigured(f"{text} cannot be read: {error.strerror}", _REMEDY) from None
    return str(path)


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _words(error: OSError) -> str:
    return _WRONG.get(getattr(error, "reason", None) or "", _UNUSABLE)


_REMEDY = "look at the section's tls: ca, certificate and private_key are paths of PEM files"
