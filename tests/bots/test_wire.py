"""One call over HTTP: where it may lead, how long it takes, how much comes back."""

import socket
import ssl
import time
from ipaddress import ip_network

import pytest

from webgateway.bots import networks, wire
from webgateway.bots.networks import PLAIN, PRIVATE, Forbidden
from webgateway.bots.wire import Unreached, post

HERE = (ip_network("127.0.0.0/8"),)


def ask(url: str, allowed=HERE, **options):  # type: ignore[no-untyped-def]
    return post(url, b"{}", {}, allowed, **options)


def refused(url: str, allowed=HERE, **options) -> Unreached:  # type: ignore[no-untyped-def]
    with pytest.raises(Unreached) as problem:
        ask(url, allowed, **options)
    return problem.value


class TestNetworks:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.0.0.5",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "239.255.255.250",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.5",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
        ],
    )
    def test_what_only_this_machine_and_its_neighbours_reach_is_forbidden(self, address):
        with pytest.raises(Forbidden) as refusal:
            networks.check(address, True, ())
        assert refusal.value is PRIVATE

    @pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
    def test_what_is_public_is_allowed_over_tls_only(self, address):
        networks.check(address, True, ())
        with pytest.raises(Forbidden) as refusal:
            networks.check(address, False, ())
        assert refusal.value is PLAIN

    def test_a_network_that_is_named_is_allowed_in_whatever_form_it_is_written(self):
        allowed = (ip_network("10.20.0.0/16"), ip_network("fd00::/8"))
        for address in ("10.20.3.4", "::ffff:10.20.3.4", "fd12::1"):
            networks.check(address, False, allowed)
        with pytest.raises(Forbidden):
            networks.check("10.21.0.1", True, allowed)


class TestWhere:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
    )
    def test_this_machine_is_not_reached_whatever_it_is_called(self, robot, host):
        problem = refused(robot.url.replace("127.0.0.1", host), allowed=())
        assert (problem.words, problem.final) == (str(PRIVATE), True)
        assert robot.told == []

    def test_a_name_is_looked_up_once_and_the_checked_address_is_called(self, robot, monkeypatch):
        """A name that stands for a public address first and for ours a moment later."""
        honest, asked = socket.getaddrinfo, []

        def rebinding(host, *args, **options):  # type: ignore[no-untyped-def]
            asked.append(host)
            return honest("127.0.0.1", *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        assert ask(robot.url.replace("127.0.0.1", "bot.example")).status == 204
        assert asked == ["bot.example"]
        assert refused(robot.url.replace("127.0.0.1", "bot.example"), allowed=()).final

    def test_of_several_addresses_only_an_allowed_one_is_called(self, robot, monkeypatch):
        honest, called = socket.getaddrinfo, []

        def both(host, port, **options):  # type: ignore[no-untyped-def]
            return [*honest("10.9.8.7", port, **options), *honest("127.0.0.1", port, **options)]

        connect = socket.socket.connect
        monkeypatch.setattr(socket, "getaddrinfo", both)
        monkeypatch.setattr(socket.socket, "connect", lambda s, a: (called.append(a[0]), connect(s, a))[1])
        assert ask(robot.url.replace("127.0.0.1", "bot.example")).status == 204
        assert called == ["127.0.0.1"]

    def test_no_proxy_of_the_environment_is_asked(self, robot, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert ask(robot.url).status == 204

    def test_a_redirect_is_an_answer_and_not_followed(self, robot):
        robot.answers, robot.headers = [302], {"Location": robot.url}
        assert ask(robot.url).status == 302
        assert len(robot.told) == 1

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "bot.example",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "http://",
            "http://user:word@127.0.0.1/",
            "http://127.0.0.1:port/",
            "http://127.0.0.1:99999/",
            "http://[::1",
        ],
    )
    def test_what_is_no_address_is_refused_for_good(self, url):
        assert refused(url).final

    def test_a_name_that_nobody_knows_is_told(self, monkeypatch):
        def unknown(*_, **__):  # type: ignore[no-untyped-def]
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        problem = refused("https://nowhere.example/")
        assert (problem.words, problem.final) == (wire.UNKNOWN, False)

    def test_path_and_query_go_as_they_are(self, robot):
        ask(robot.url.partition("/hook")[0] + "/a b/ü?x=1&y=%20ok&z=ä\r\nX: 1")
        assert len(robot.told) == 1
        assert "X" not in robot.told[0][0]


class TestHowLong:
    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b" " * 400,
            b"HTTP/1.1 200 OK\r\n" + b"X-Header: value\r\n" * 50,
            b"HTTP/1.1 100 Continue\r\n\r\n" * 30,
        ],
    )
    def test_an_answer_that_drips_comes_to_an_end(self, robot, answer):
        robot.answers = [answer]
        began = time.monotonic()
        problem = refused(robot.url, seconds=0.6)
        assert time.monotonic() - began < 1.5
        assert (problem.words, problem.final) == (wire.TOO_LATE, False)

    def test_so_does_looking_up_a_name(self, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2))
        began = time.monotonic()
        assert refused("https://slow.example/", seconds=0.2).words == wire.TOO_LATE
        assert time.monotonic() - began < 1

    def test_and_a_handshake_that_nobody_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
            assert refused(url, seconds=0.3).words == wire.TOO_LATE


class TestWhat:
    def test_status_and_body_come_back(self, robot):
        robot.answers = [(503, b"later")]
        robot.headers = {"Retry-After": "7"}
        reply = ask(robot.url)
        assert (reply.status, reply.body, reply.retry_after) == (503, b"later", 7.0)

    @pytest.mark.parametrize("given", ["soon", "", "Wed, 99 Foo 2026", "-3", "1e9"])
    def test_a_wish_that_cannot_be_read_is_none(self, robot, given):
        robot.headers = {"Retry-After": given}
        assert ask(robot.url).retry_after is None

    def test_a_wish_may_be_a_date(self, robot):
        robot.headers = {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}
        assert ask(robot.url).retry_after > 3600

    def test_more_than_64_kib_is_no_answer(self, robot):
        robot.answers = [(200, b" " * (wire.MOST_BYTES + 1))]
        assert refused(robot.url).final
        robot.answers = [(200, b" " * wire.MOST_BYTES)]
        assert len(ask(robot.url).body) == wire.MOST_BYTES

    @pytest.mark.parametrize(
        "answer", [b"SSH-2.0\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"\r\n"]
    )
    def test_what_is_not_http_or_breaks_off_is_tried_again(self, robot, answer):
        robot.answers = [answer]
        problem = refused(robot.url)
        assert not problem.final
        assert "not HTTP, or it broke off" in problem.words

    def test_plain_http_at_a_secure_address_is_told(self, robot):
        assert "TLS" in refused(robot.url.replace("http:", "https:"), seconds=2).words

    def test_a_certificate_that_nobody_vouches_for_is_told(self):
        error = ssl.SSLCertVerificationError()
        error.verify_message = "certificate has expired"
        assert wire._insecure(error) == "Its certificate is not valid: certificate has expired."
        assert wire._trusting().verify_mode == ssl.CERT_REQUIRED
        assert wire._trusting().check_hostname
