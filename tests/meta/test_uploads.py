"""Files to Meta: one request of several parts, and the id that comes back (contract 7.3)."""

from email.parser import BytesParser
from typing import Any

import pytest
import requests
import requests_mock

from webgateway.meta import multipart, sender_actions, uploads
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0/210/message_attachments"
PDF = ("file", 'price "list".pdf', "application/pdf", b"%PDF-1.7 pears")


def parts(request: Any) -> dict[str, tuple[str | None, str, bytes]]:
    """Of a multipart request: file name, type and content by field."""
    body = b"".join(bytes(piece) for piece in request.body)
    assert int(request.headers["Content-Length"]) == len(body)
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + body)
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    }


def upload(graph: Graph, channel: str = "messenger") -> str:
    return uploads.upload(graph, "210", "EAApage", channel, *PDF)


def test_a_file_is_uploaded_with_the_token_in_a_header(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"attachment_id": "1857777774821032"})
    assert upload(graph) == "1857777774821032"
    request = meta.request_history[-1]
    assert request.headers["Authorization"] == b"Bearer EAApage"
    assert "EAApage" not in request.url
    sent = parts(request)
    assert sent["filedata"] == ("price %22list%22.pdf", "application/pdf", b"%PDF-1.7 pears")
    assert b'"type": "file"' in sent["message"][2]
    assert b'"is_reusable": true' in sent["message"][2]
    assert sent["platform"][2] == b"messenger"


def test_instagram_gets_a_name_it_understands(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"attachment_id": "1"})
    uploads.upload(graph, "210", "EAApage", "instagram", "file", "Меню.pdf", "application/pdf", b"%PDF-")
    sent = parts(meta.request_history[-1])
    assert (sent["platform"][2], sent["filedata"][0]) == (b"instagram", "file.pdf")


@pytest.mark.parametrize(
    "fault",
    [
        {"exc": requests.exceptions.ReadTimeout},
        {"status_code": 502, "text": "<html>"},
        {"status_code": 500, "json": {"error": {"code": 1, "error_subcode": 1357046, "message": "x"}}},
        {"json": {"success": True}},
    ],
)
def test_an_upload_without_an_answer_may_be_repeated(
    fault: dict[str, Any], meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(URL, **fault)
    with pytest.raises(GraphError) as caught:
        upload(graph)
    assert (caught.value.retry, caught.value.sent_unclear) == (True, False)


def test_a_file_that_meta_refuses_is_not_tried_again(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, status_code=400, json={"error": {"code": 100, "error_subcode": 2018109, "message": "x"}})
    with pytest.raises(GraphError) as caught:
        upload(graph)
    assert (caught.value.kind, caught.value.retry) == ("attachment", False)


def test_what_is_sent_is_named_as_the_channel_wants_it() -> None:
    assert uploads.attachment("messenger", "image", "18") == {
        "attachment": {"type": "image", "payload": {"attachment_id": "18"}}
    }
    assert uploads.attachment("instagram", "image", "18") == {
        "attachment": {"type": "MEDIA_SHARE", "payload": {"id": "18"}}
    }


def test_a_body_goes_out_in_pieces_and_its_file_is_never_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PIECE", 4)
    content = b"0123456789"
    body = multipart.Body({"a": "1"}, "filedata", "x.bin", "application/octet-stream", content)
    pieces = [piece for piece in body if isinstance(piece, memoryview)]
    assert [bytes(piece) for piece in pieces] == [b"0123", b"4567", b"89"]
    assert all(piece.obj is content for piece in pieces)


def test_a_body_that_nobody_takes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "SECONDS", -1.0)
    body = multipart.Body({}, "filedata", "x.bin", "application/octet-stream", b"x")
    with pytest.raises(TimeoutError):
        list(body)


def test_a_sender_action_stands_alone(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post("https://graph.test/v26.0/210/messages", json={"recipient_id": "555"})
    sender_actions.show(graph, "210", "EAApage", "555", "typing_on")
    assert meta.request_history[-1].json() == {"recipient": {"id": "555"}, "sender_action": "typing_on"}
