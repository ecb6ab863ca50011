"""Mail over SMTP (RFC 5321, RFC 5322), by STARTTLS, TLS, or in the clear inside one's own network.

The Message-ID is made from the notification's key: a mailbox that got a message twice shows it once, where it compares ids.
Answers: 4yz is tried again, 5yz is given up and shown. Where some of several recipients are refused, the others have the message, so
it is not sent again; the failure is shown.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from pydantic import Field, model_validator

from collector.alerting.receiver import Receiver, ReceiverOptions, Undeliverable
from collector.alerting.receivers.messages import fitting, plain, title
from collector.alerts.notification import Notification
from collector.city.types import Texts
from collector.http import Http

LARGEST = 200_000


class SmtpOptions(ReceiverOptions):
    paths = frozenset({"ca_file"})

    host: str = Field(description="the mail server")
    port: int = Field(default=587, gt=0, lt=65536)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection is kept secret"
    )
    ca_file: str | None = Field(default=None, description="certificates to trust instead of the system's")
    username: str | None = None
    password: str | None = Field(default=None, description="best as ${env:…}")
    sender: str = Field(description="address that the mail is from", pattern=r"^[^\s@]+@[^\s@]+$")
    to: Texts = Field(min_length=1, description="address or addresses that it goes to")

    @model_validator(mode="after")
    def _password_stays_secret(self) -> SmtpOptions:
        if self.security == "none" and self.password is not None:
            raise ValueError("a password goes over starttls or tls only")
        return self


class Smtp(Receiver):
    Options = SmtpOptions

    def __init__(self, options: SmtpOptions, http: Http) -> None:
        self._options = options
        self._timeout = http.timeout.total_seconds()

    def send(self, notification: Notification) -> None:
        try:
            server = self._connected()
            try:
                refused = server.send_message(self._message(notification), self._options.sender, list(self._options.to))
            finally:
                _take_leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            raise _undeliverable(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _undeliverable(error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:  # no connection, no TLS, or it broke off
            raise Undeliverable(f"mail: {type(error).__name__}", permanent=False) from None
        if refused:
            raise Undeliverable(
                f"mail: {len(refused)} of {len(self._options.to)} recipients were refused", permanent=True
            )

    def _connected(self) -> smtplib.SMTP:
        options = self._options
        if options.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                options.host, options.port, timeout=self._timeout, context=self._trust()
            )
        else:
            server = smtplib.SMTP(options.host, options.port, timeout=self._timeout)
        try:
            if options.security == "starttls":
                server.starttls(context=self._trust())
            if options.username is not None:
                server.login(options.username, options.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._options.ca_file)

    def _message(self, notification: Notification) -> EmailMessage:
        options = self._options
        message = EmailMessage()
        message["Subject"] = title(notification, options.language)
        message["From"] = _address(options.sender)
        message["To"] = [_address(one) for one in options.to]
        message["Date"] = formatdate(notification.written_at / 1000)
        message["Message-ID"] = f"<{notification.key}@citygauge.invalid>"
        message.set_content(
            fitting(notification, options.language, plain, title(notification, options.language), LARGEST)
        )
        return message


def _take_leave(server: smtplib.SMTP) -> None:
    """However the server answers to that: what it has taken it has taken, and must not be sent again."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()


def _address(text: str) -> Address:
    return Address(addr_spec=text)


def _undeliverable(code: int) -> Undeliverable:
    return Undeliverable(f"mail: the server answered {code}", permanent=code >= 500)
