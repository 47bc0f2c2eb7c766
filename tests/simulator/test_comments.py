"""Comments, posts of visitors, mentions, and the one private reply to each (contract 6.6, 6.7, 7.4)."""

import pytest

from webgateway.simulator import seed

from .shapes import sample, shape

PAGE, ACCOUNT = seed.PAGE_ID, seed.INSTAGRAM_ID
ON_INSTAGRAM = {"page": ACCOUNT, "person": seed.LUCIA}


def reply(meta, token, to, text="Write to us here"):
    body = {"recipient": to, "message": {"text": text}}
    return meta.client.post(f"/v26.0/me/messages?access_token={token}", json=body).get_json(force=True)


def test_a_comment_travels_in_the_feed_with_its_time_in_seconds(meta, hearing, last_entry):
    made = meta.say("and the next one", kind="comment")["id"]
    entry = last_entry()
    assert shape(entry) == shape(sample("page/feed/comment_add"))
    assert entry["time"] < 10**11
    value = entry["changes"][0]["value"]
    assert (value["comment_id"], value["from"]["name"]) == (made, "Peter Chang")
    assert value["parent_id"] == value["post_id"]


def test_a_reply_below_a_comment_names_its_parent(meta, hearing, last_entry):
    parent = meta.say("first", kind="comment")["id"]
    meta.say("second", kind="comment", parent=parent)
    entry = last_entry()
    assert shape(entry) == shape(sample("page/feed/comment_reply"))
    assert entry["changes"][0]["value"]["parent_id"] == parent


@pytest.mark.parametrize(
    ("kind", "name"),
    [("comment_edit", "page/feed/comment_edited"), ("comment_remove", "page/feed/comment_remove")],
)
def test_a_comment_is_edited_and_removed(meta, hearing, last_entry, kind, name):
    made = meta.say("first", kind="comment")["id"]
    meta.say("edited", kind=kind, comment=made)
    entry = last_entry()
    assert shape(entry) == shape(sample(name))
    assert entry["changes"][0]["value"]["comment_id"] == made


def test_a_visitor_posts_on_the_page(meta, hearing, last_entry):
    meta.say("Let's check this", kind="visitor_post")
    assert shape(last_entry()) == shape(sample("page/feed/post_add_visitor"))


def test_a_comment_on_instagram_carries_a_username(meta, hearing, here, last_entry):
    made = meta.say("Che bello", kind="comment", **ON_INSTAGRAM)["id"]
    assert here.world.deliveries[-1].payload["object"] == "instagram"
    entry = last_entry()
    parent = meta.say("Davvero", kind="comment", parent=made, **ON_INSTAGRAM)["id"]
    assert parent
    assert shape(last_entry()) == shape(sample("instagram/comments/full_observed_id"))
    value = entry["changes"][0]["value"]
    assert (value["id"], value["from"]["username"]) == (made, "lucia.fdz")


def test_a_mention_carries_ids_only_and_its_text_is_asked_for(meta, hearing, last_entry):
    meta.say("have you seen this?", kind="mention", **ON_INSTAGRAM)
    entry = last_entry()
    assert shape(entry) == shape(sample("instagram/mentions/full"))
    ids = entry["changes"][0]["value"]
    token = hearing[seed.PAGE_INSTAGRAM_ID]
    comment = f"mentioned_comment.comment_id({ids['comment_id']}){{text,from}}"
    media = f"mentioned_media.media_id({ids['media_id']}){{caption}}"
    _, answer = meta.get(ACCOUNT, token, fields=f"{comment},{media}")
    assert "have you seen this?" in answer["mentioned_comment"]["text"]
    assert "@harbour.coffee" in answer["mentioned_media"]["caption"]


def test_a_mention_in_a_caption_has_no_comment(meta, hearing, last_entry):
    meta.say("", kind="mention", **ON_INSTAGRAM)
    assert shape(last_entry()) == shape(sample("instagram/mentions/media"))


def test_without_the_permission_nobody_hears_of_comments(meta, hearing, here):
    here.world.grant(seed.APP_ID, seed.OLENA).permissions["instagram_manage_comments"] = "declined"
    count = len(here.world.deliveries)
    meta.say("unheard", kind="comment", **ON_INSTAGRAM)
    assert len(here.world.deliveries) == count


def test_without_values_only_the_field_is_named(meta, hearing, here, last_entry):
    here.world.apps[seed.APP_ID].subscriptions["page"].include_values = False
    meta.say("hidden", kind="comment")
    assert shape(last_entry()) == shape(sample("page/feed/changed_fields_include_values_off"))


def test_a_comment_is_answered_privately_once(meta, hearing, here, last_entry):
    made = meta.say("How much?", kind="comment")["id"]
    answer = reply(meta, hearing[PAGE], {"comment_id": made})
    assert answer["recipient_id"] == seed.psid(seed.PETER, PAGE)
    assert here.world.threads[f"{PAGE}:{answer['recipient_id']}"].messages[-1].text == "Write to us here"
    again = reply(meta, hearing[PAGE], {"comment_id": made})["error"]
    assert (again["code"], again["error_subcode"]) == (100, 2534025)


def test_a_visitors_post_is_answered_privately(meta, hearing):
    made = meta.say("Are you open?", kind="visitor_post")["id"]
    assert "message_id" in reply(meta, hearing[PAGE], {"post_id": made})
    assert reply(meta, hearing[PAGE], {"post_id": made})["error"]["error_subcode"] == 2534025


def test_after_seven_days_a_comment_cannot_be_answered(meta, hearing, here):
    made = meta.say("How much?", kind="comment")["id"]
    here.clock.advance(7 * 86400)
    assert reply(meta, hearing[PAGE], {"comment_id": made})["error"]["error_subcode"] == 2534025


@pytest.mark.parametrize("why", ["removed", "unknown", "of another page"])
def test_what_is_not_there_cannot_be_answered(meta, hearing, why):
    made = meta.say("How much?", kind="comment")["id"]
    if why == "removed":
        meta.say("", kind="comment_remove", comment=made)
    token = hearing[seed.PAGE_INSTAGRAM_ID if why == "of another page" else PAGE]
    to = {"comment_id": "1_2" if why == "unknown" else made}
    assert reply(meta, token, to)["error"]["error_subcode"] == 2534025


def test_on_instagram_a_private_reply_wants_its_own_permission(meta, hearing, here):
    made = meta.say("Quanto costa?", kind="comment", **ON_INSTAGRAM)["id"]
    token = hearing[seed.PAGE_INSTAGRAM_ID]
    permissions = here.world.grant(seed.APP_ID, seed.OLENA).permissions
    permissions["instagram_manage_comments"] = "declined"
    assert reply(meta, token, {"comment_id": made})["error"]["code"] == 10
    permissions["instagram_manage_comments"] = "granted"
    assert "message_id" in reply(meta, token, {"comment_id": made})


def test_who_only_commented_has_not_agreed_to_show_the_profile(meta, hearing):
    meta.say("Che bello", kind="comment", **ON_INSTAGRAM)
    igsid, token = seed.psid(seed.LUCIA, ACCOUNT), hearing[seed.PAGE_INSTAGRAM_ID]
    assert meta.get(igsid, token)[1]["error"]["code"] == 230


def test_a_comment_and_its_post_can_be_read(meta, hearing, last_entry):
    meta.say("How much?", kind="comment")
    value = last_entry()["changes"][0]["value"]
    token = hearing[PAGE]
    _, comment = meta.get(value["comment_id"], token, fields="message,from,created_time,permalink_url")
    assert (comment["message"], comment["from"]["name"]) == ("How much?", "Peter Chang")
    _, post = meta.get(value["post_id"], token, fields="message,permalink_url")
    assert post["message"] == "Our new opening hours"
    assert meta.get(value["comment_id"], hearing[seed.PAGE_INSTAGRAM_ID])[1]["error"]["code"] == 100


def test_the_phone_comments_and_shows_what_became_of_it(client, meta, hearing):
    who = {"person": seed.PETER, "page": PAGE}
    client.post("/_sim/phone/messages", query_string=who, data={"kind": "comment", "text": "How much?"})
    text = client.get("/_sim/phone/", query_string=who).text
    assert "How much?" in text
    assert "answered privately" not in text
    made = next(iter(client.application.extensions["simulator"].world.comments))
    reply(meta, hearing[PAGE], {"comment_id": made})
    assert "answered privately" in client.get("/_sim/phone/", query_string=who).text
