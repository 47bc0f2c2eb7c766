"""Files in the composer and in the thread: what is taken, refused, shown, and to whom."""

import re

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.conversations.filing import PDF, PNG, files, upload, write
from webgateway.conversations.models import Message, Part
from webgateway.conversations.uploads import Upload
from webgateway.db import db

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
MB = 1_000_000


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def olha(page):
    return cast.conversation(cast.contact(page, "Olha", "6841100000000001", channel="instagram"))


def send(client, talk, *named, text="", headers=None):
    data = {"text": text, "files": files(*named)}
    kind = "multipart/form-data"
    return client.post(f"/conversations/{talk.id}/messages", data=data, headers=headers, content_type=kind)


def rows() -> int:
    return db.session.scalar(select(func.count(Upload.id)))


def test_the_limits_are_said_before_anything_is_chosen(as_gail, peter, olha):
    messenger = as_gail.get(f"/conversations/{peter.id}").text
    assert "25 MB each; 10 files and 50 MB in one message" in messenger
    assert (
        "Instagram takes pictures (PNG, JPEG, GIF) up to 8 MB"
        in as_gail.get(f"/conversations/{olha.id}").text
    )
    assert re.search(r'<input[^>]*type="file"', messenger)
    assert 'enctype="multipart/form-data"' in messenger


def test_text_and_files_are_one_message(as_gail, peter):
    answer = send(as_gail, peter, ("pear.png", PNG), ("..\\menu.pdf", PDF), text="Our prices")
    assert answer.status_code == 303
    message = db.session.scalars(select(Message)).one()
    assert (message.text, message.user.name) == ("Our prices", "Gail")
    found = [(part.upload.kind, part.upload.name, part.upload.size) for part in message.parts[1:]]
    assert found == [("image", "pear.png", len(PNG)), ("file", "menu.pdf", len(PDF))]
    assert db.session.scalars(select(Upload.content).order_by(Upload.id)).all() == [PNG, PDF]


def test_a_file_needs_no_text(as_gail, peter):
    answer = send(as_gail, peter, ("pear.png", PNG), headers=FRAGMENT)
    assert answer.status_code == 200
    assert "pear.png" in answer.text
    assert "An empty message" not in answer.text


def test_neither_text_nor_file_is_no_message(as_gail, peter):
    assert send(as_gail, peter).status_code == 422


def test_a_form_sent_twice_keeps_its_file_once(as_gail, peter):
    for _ in range(2):
        data = {"files": files(("pear.png", PNG)), "key": "drawn"}
        as_gail.post(f"/conversations/{peter.id}/messages", data=data, content_type="multipart/form-data")
    assert rows() == 1


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ([("empty.png", b"")], "empty.png is empty."),
        ([("big.png", PNG + b"\0" * 25 * MB)], "big.png has 25.0 MB; Messenger takes pictures"),
        ([(f"{n}.png", PNG) for n in range(11)], "These are 11 files; one message takes 10."),
        (
            [(f"{n}.bin", b"x" * 17 * MB) for n in range(3)],
            "Together they have 51 MB; one message takes 50 MB.",
        ),
    ],
)
def test_what_is_refused_is_said_beside_the_field_and_the_text_stays(as_gail, peter, named, words):
    for headers in (None, FRAGMENT):
        answer = send(as_gail, peter, *named, text="Our prices", headers=headers)
        assert answer.status_code == 422
        assert words in answer.text
        assert re.search(r'<input[^>]*aria-describedby="files-error[^>]*aria-invalid="true"', answer.text)
        assert "Our prices</textarea>" in answer.text
        assert "Choose the files again" in answer.text
    assert rows() == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"pears", "notes.txt is nothing that Instagram takes"),
        ("pear.png", b"RIFF....WEBPVP8 ", "pear.png is nothing that Instagram takes"),
        ("big.png", PNG + b"\0" * 8 * MB, "up to 8 MB"),
    ],
)
def test_instagram_takes_less(as_gail, olha, name, content, words):
    answer = send(as_gail, olha, (name, content))
    assert answer.status_code == 422
    assert words in answer.text


def test_a_wrong_text_asks_for_the_files_again_too(as_gail, peter):
    answer = send(as_gail, peter, ("pear.png", PNG), text="x" * 20_001)
    assert answer.status_code == 422
    assert "Choose the files again" in answer.text


def test_where_one_cannot_write_files_are_not_taken_either(as_gail, peter):
    peter.owner_app_id = "263902037430900"
    db.session.commit()
    answer = send(as_gail, peter, ("pear.png", PNG), text="Our prices")
    assert answer.status_code == 422
    assert "Files are not kept" in answer.text
    assert rows() == 0


def test_only_answers_may_be_larger_than_other_forms(as_gail, as_ada, peter):
    assert send(as_gail, peter, ("a.bin", b"x" * 9 * MB)).status_code == 303
    large, kind = {"name": "x", "files": files(("a.bin", b"x" * 9 * MB))}, "multipart/form-data"
    assert as_ada.post("/flows/new", data=large, content_type=kind).status_code == 413


def test_who_is_not_signed_in_may_not_send_more(app, visitor, peter):
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(visitor, peter, ("a.bin", b"x" * 9 * MB)).status_code == 413


def test_our_own_picture_is_shown_while_it_is_kept_then_metas(as_gail, peter):
    message = write(peter, "", upload())
    place = f"/conversations/{peter.id}/uploads/{message.parts[0].upload_id}"
    assert (
        f'<img src="{place}" alt="pear.png, sent by Gail"' in as_gail.get(f"/conversations/{peter.id}").text
    )
    url = "https://scontent.xx.fbcdn.net/pear.png"
    message.parts[0].upload.content = None
    message.attachments = [
        {"type": "image", "url": url, "title": None, "upload_id": message.parts[0].upload_id}
    ]
    db.session.commit()
    page = as_gail.get(f"/conversations/{peter.id}").text
    assert f'<img src="{url}"' in page
    assert page.count(f'src="{url}"') == 1
    assert place not in page


def test_a_file_is_named_with_its_kind_and_size(as_gail, peter):
    write(peter, "", upload("menu.pdf", PDF, "file", "application/pdf", size=1_234_567))
    page = as_gail.get(f"/conversations/{peter.id}").text
    assert "(File, 1.2 MB)" in page
    assert ">menu.pdf</a>" in page


def get(client, message):
    part = message.parts[0]
    return client.get(f"/conversations/{part.conversation_id}/uploads/{part.upload_id}")


def test_a_picture_opens_and_can_do_nothing(as_gail, peter):
    answer = get(as_gail, write(peter, "", upload("Груша.png")))
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "mime_type", ["application/pdf", "text/html", "image/svg+xml", "application/octet-stream"]
)
def test_everything_else_is_saved(as_gail, peter, mime_type):
    answer = get(as_gail, write(peter, "", upload("x.bin", PDF, "file", mime_type)))
    assert answer.headers["Content-Disposition"] == "attachment; filename=x.bin"


def test_what_is_no_longer_kept_is_not_found(as_gail, peter):
    assert get(as_gail, write(peter, "", upload(content=None, size=1))).status_code == 404


def test_a_file_belongs_to_its_conversation_and_its_tenant(as_gail, as_rita, as_nora, visitor, peter, olha):
    message = write(peter, "", upload())
    elsewhere = f"/conversations/{olha.id}/uploads/{message.parts[0].upload_id}"
    assert as_gail.get(elsewhere).status_code == 404
    assert get(as_rita, message).status_code == 404
    assert get(as_nora, message).status_code == 403
    assert get(visitor, message).status_code == 302


def test_files_cost_no_query_each(as_gail, peter, count_queries):
    def queries() -> int:
        with count_queries() as found:
            as_gail.get(f"/conversations/{peter.id}")
        return len(found)

    write(peter, "One", upload())
    few = queries()
    for _ in range(5):
        write(peter, "More", upload(), upload())
    assert queries() == few
    assert db.session.scalar(select(func.count(Part.id))) == 17
