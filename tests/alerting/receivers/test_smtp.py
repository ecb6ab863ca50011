"""Mail over a real connection to a scripted server on loopback."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from pydantic import ValidationError

from collector.alerting.receiver import Undeliverable
from collector.alerting.receivers.smtp import Smtp, SmtpOptions
from collector.http import Http
from tests.alerting.samples import alert, told


class Mailbox(socketserver.ThreadingTCPServer):
    """Answers each verb with its line of ``replies``, else with what means yes; keeps the messages."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, replies: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.replies = replies
        self.messages: list[bytes] = []


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = cast(Mailbox, self.server)
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split(None, 1)[0].decode().upper()
            if verb == "DATA" and "DATA" not in box.replies:
                self.wfile.write(b"354 go on\r\n")
                box.messages.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.wfile.write(b"250 taken\r\n")
                continue
            reply = next(
                (text for start, text in box.replies.items() if line.decode().upper().startswith(start)), "250 yes"
            )
            self.wfile.write(f"{reply}\r\n".encode())
            if verb == "QUIT":
                return


@pytest.fixture
def mailbox() -> Iterator[Callable[..., Mailbox]]:
    opened: list[Mailbox] = []

    def start(**replies: str) -> Mailbox:
        box = Mailbox({verb.replace("_", " "): text for verb, text in replies.items()})
        threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        opened.append(box)
        return box

    yield start
    for box in opened:
        box.shutdown()
        box.server_close()


def built(port: int, **options: Any) -> Smtp:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "citygauge@city.example",
        "to": ["a@city.example"],
    }
    return Smtp(SmtpOptions.model_validate_json(json.dumps(settings | options)), Http(timedelta(seconds=5)))


def test_a_mail_says_what_is_wrong_and_is_the_same_mail_when_it_is_sent_twice(mailbox: Callable[..., Mailbox]) -> None:
    box = mailbox()
    receiver = built(box.server_address[1], to=["a@city.example", "b@city.example"])
    receiver.send(told())
    receiver.send(told())
    first, second = (email.message_from_bytes(one, policy=email.policy.default) for one in box.messages)
    assert first["Subject"] == "【告警】【严重】 示例市 视频监控设备在线率低于目标"
    assert first["Message-ID"] == second["Message-ID"]
    assert "本月还剩9天" in first.get_content()


def test_a_name_cannot_add_a_header(mailbox: Callable[..., Mailbox]) -> None:
    box = mailbox()
    built(box.server_address[1]).send(told(alert(name="在线率\r\nBcc: evil@example.com\r\n")))
    assert email.message_from_bytes(box.messages[0], policy=email.policy.default)["Bcc"] is None


@pytest.mark.parametrize(("reply", "permanent"), [("550 no such user", True), ("451 try later", False)])
def test_the_code_tells_whether_to_try_again(reply: str, permanent: bool, mailbox: Callable[..., Mailbox]) -> None:
    with pytest.raises(Undeliverable, match=f"answered {reply[:3]}") as caught:
        built(mailbox(RCPT=reply).server_address[1]).send(told())
    assert caught.value.permanent is permanent


def test_where_one_of_two_is_refused_the_mail_is_not_sent_again(mailbox: Callable[..., Mailbox]) -> None:
    box = mailbox(**{"RCPT_TO:<B@": "550 no"})
    with pytest.raises(Undeliverable, match="1 of 2 recipients") as caught:
        built(box.server_address[1], to=["a@city.example", "b@city.example"]).send(told())
    assert caught.value.permanent
    assert len(box.messages) == 1


def test_a_server_without_starttls_gets_nothing(mailbox: Callable[..., Mailbox]) -> None:
    box = mailbox()
    with pytest.raises(Undeliverable) as caught:
        built(box.server_address[1], security="starttls").send(told())
    assert not caught.value.permanent
    assert box.messages == []


def test_a_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(Undeliverable, match="mail: ConnectionRefusedError") as caught:
        built(1).send(told())
    assert not caught.value.permanent


def test_a_password_does_not_go_in_the_clear() -> None:
    with pytest.raises(ValidationError, match="starttls or tls only"):
        built(25, username="ops", password="geheim")
