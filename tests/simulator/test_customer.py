"""What a customer can do, and the shape in which the apps hear of it (contract 6.6, 6.7)."""

import pytest

from webgateway.simulator import seed

from .shapes import sample, shape

PAGE, ACCOUNT = seed.PAGE_ID, seed.INSTAGRAM_ID
WHO = {PAGE: seed.PETER, ACCOUNT: seed.LUCIA}


@pytest.mark.parametrize(
    ("kind", "more", "name"),
    [
        ("text", {"text": "Hello"}, "messages/text_min"),
        ("picture", {}, "messages/attachment_image"),
        ("audio", {}, "messages/attachment_audio"),
        ("video", {}, "messages/attachment_video"),
        ("file", {}, "messages/attachment_file"),
        ("sticker", {}, "messages/attachment_sticker"),
        ("like", {}, "messages/attachment_sticker"),
        ("share", {}, "messages/attachment_fallback"),
        ("post", {}, "messages/attachment_post"),
        ("reel", {}, "messages/attachment_reel"),
        ("product", {}, "messages/attachment_template_product"),
        ("location", {}, "messages/attachment_location_legacy"),
        ("unsupported", {}, "messages/is_unsupported"),
        ("quick_reply", {"text": "Green", "payload": "GREEN"}, "messages/quick_reply"),
        ("ask_about_product", {}, "messages/referral_shop_product"),
        ("postback", {}, "messaging_postbacks/min"),
        ("postback", {"ref": "spring"}, "messaging_postbacks/full_referral_shortlink"),
        ("referral", {}, "messaging_referrals/min_shortlink"),
        ("optin", {}, "messaging_optins/ref_min"),
        ("notifications", {}, "messaging_optins/notification_messages_full"),
        (
            "notifications",
            {"status": "STOP NOTIFICATIONS"},
            "messaging_optins/notification_messages_stop",
        ),
        ("account_linking", {}, "messaging_account_linking/linked"),
        ("account_linking", {"status": "unlinked"}, "messaging_account_linking/unlinked"),
        ("feedback", {}, "messaging_feedback/min"),
        ("feedback", {"text": "Well done"}, "messaging_feedback/full"),
    ],
)
def test_on_messenger_an_act_looks_as_in_the_samples(meta, hearing, last_entry, kind, more, name):
    meta.say(kind=kind, **({"text": ""} | more))
    entry = last_entry()
    assert entry["id"] == PAGE
    assert shape(entry) == shape(sample(f"page/{name}"))


@pytest.mark.parametrize(
    ("kind", "more", "name"),
    [
        ("text", {"text": "Ciao"}, "messages/text_min"),
        ("audio", {}, "messages/attachment_audio"),
        ("like", {}, "messages/attachment_like_heart"),
        ("share", {}, "messages/attachment_share"),
        ("post", {}, "messages/attachment_ig_post"),
        ("reel", {}, "messages/attachment_ig_reel"),
        ("story", {}, "messages/attachment_ig_story"),
        ("story_mention", {}, "messages/story_mention"),
        ("story_reply", {}, "messages/story_reply"),
        ("ephemeral", {}, "messages/attachment_ephemeral"),
        ("unsupported", {}, "messages/is_unsupported"),
        ("ask_about_product", {}, "messages/referral_shop_product"),
        ("postback", {}, "messaging_postbacks/min"),
        ("referral", {}, "messaging_referral/min"),
    ],
)
def test_on_instagram_an_act_looks_as_in_the_samples(meta, hearing, here, last_entry, kind, more, name):
    meta.say(page=ACCOUNT, person=seed.LUCIA, kind=kind, **({"text": ""} | more))
    entry = last_entry()
    assert here.world.deliveries[-1].payload["object"] == "instagram"
    assert entry["id"] == ACCOUNT
    assert shape(entry) == shape(sample(f"instagram/{name}"))


@pytest.mark.parametrize(
    ("asset", "kind", "more", "name"),
    [
        (PAGE, "reaction", {}, "page/message_reactions/react"),
        (PAGE, "reaction", {"reaction": "other", "emoji": "🎂"}, "page/message_reactions/react_other"),
        (PAGE, "reaction", {"reaction": ""}, "page/message_reactions/unreact"),
        (PAGE, "edit", {"text": "Better"}, "page/message_edits/min"),
        (PAGE, "unsend", {}, "page/messages/is_deleted"),
        (ACCOUNT, "reaction", {}, "instagram/message_reactions/react"),
        (ACCOUNT, "edit", {"text": "Better"}, "instagram/message_edit/min"),
        (ACCOUNT, "unsend", {}, "instagram/messages/is_deleted"),
    ],
)
def test_what_people_do_to_a_message_names_its_mid(meta, hearing, last_entry, asset, kind, more, name):
    mid = meta.say("Hello", page=asset, person=WHO[asset])["mid"]
    meta.say(page=asset, person=WHO[asset], kind=kind, mid=mid, **more)
    entry = last_entry()
    assert shape(entry) == shape(sample(name))
    assert mid in str(entry)


def test_a_reply_quotes_and_says_whom(meta, hearing, last_entry):
    own = meta.say("Hello")["mid"]
    pages = meta.send(hearing[PAGE], text="Good day")[1]["message_id"]
    meta.say("I mean this", reply_to=own)
    assert last_entry()["messaging"][0]["message"]["reply_to"] == {"mid": own, "is_self_reply": True}
    meta.say("Which?", reply_to=pages)
    entry = last_entry()
    assert entry["messaging"][0]["message"]["reply_to"] == {"mid": pages, "is_self_reply": False}
    assert shape(entry) == shape(sample("page/messages/reply_to"))


def test_on_instagram_a_reaction_taken_back_makes_no_event(meta, hearing, here):
    mid = meta.say("Ciao", page=ACCOUNT, person=seed.LUCIA)["mid"]
    meta.say(page=ACCOUNT, person=seed.LUCIA, kind="reaction", mid=mid)
    count = len(here.world.deliveries)
    meta.say(page=ACCOUNT, person=seed.LUCIA, kind="reaction", mid=mid, reaction="")
    assert len(here.world.deliveries) == count


def test_reading_on_instagram_names_the_last_message(meta, hearing, last_entry):
    meta.say("Ciao", page=ACCOUNT, person=seed.LUCIA)
    to = {"person": seed.LUCIA, "page": ACCOUNT}
    sent = meta.send(hearing[seed.PAGE_INSTAGRAM_ID], text="Salve", **to)[1]["message_id"]
    entry = last_entry()
    assert shape(entry) == shape(sample("instagram/messages/echo"))
    meta.say(page=ACCOUNT, person=seed.LUCIA, kind="read")
    entry = last_entry()
    assert shape(entry) == shape(sample("instagram/messaging_seen/min"))
    assert entry["messaging"][0]["read"]["mid"] == sent


def test_an_ad_stands_in_the_message_or_alone(meta, hearing, last_entry):
    meta.say("Is it still on sale?", kind="ad", ad_id="42")
    assert last_entry()["messaging"][0]["message"]["referral"]["ad_id"] == "42"
    meta.say("", kind="ad", ad_id="42")
    referral = last_entry()["messaging"][0]["referral"]
    assert (referral["ad_id"], referral["source"]) == ("42", "ADS")


def test_a_message_is_edited_five_times_at_most(meta, client, hearing, last_entry):
    mid = meta.say("1")["mid"]
    asked = {"person": seed.PETER, "page": PAGE, "kind": "edit", "mid": mid}
    answers = [client.post("/_sim/person/send", json=asked | {"text": str(n)}).status_code for n in range(6)]
    assert answers == [200] * 5 + [400]
    assert last_entry()["messaging"][0]["message_edit"] == {"mid": mid, "text": "4", "num_edit": 5}


def test_an_edit_can_overtake_its_message(meta, hearing, here):
    meta.fault("edit_before_message", count=1)
    mid = meta.say("Helo")["mid"]
    first, second = (delivery.payload["entry"][0]["messaging"][0] for delivery in here.world.deliveries)
    assert first["message_edit"]["mid"] == second["message"]["mid"] == mid
    assert first["message_edit"]["text"] != second["message"]["text"] == "Helo"


@pytest.mark.parametrize(
    ("asset", "kind", "status"),
    [(PAGE, "story_reply", 400), (ACCOUNT, "sticker", 400), (ACCOUNT, "optin", 400), (PAGE, "edit", 404)],
)
def test_what_a_platform_does_not_have_is_refused(client, asset, kind, status):
    asked = {"person": WHO[asset], "page": asset, "kind": kind, "mid": "none"}
    assert client.post("/_sim/person/send", json=asked).status_code == status


def test_who_only_reacted_has_not_agreed_to_show_the_profile(meta, hearing, here):
    """A reaction opens the window, a message gives consent (contract 7.4, 8.2)."""
    token, igsid = hearing[seed.PAGE_INSTAGRAM_ID], seed.psid(seed.NOOR, ACCOUNT)
    meta.say("Hi", page=ACCOUNT, person=seed.NOOR)
    assert meta.get(igsid, token, fields="name,username")[1]["username"] == "noor.haddad"
    here.world.threads[f"{ACCOUNT}:{igsid}"].consented = False
    assert meta.get(igsid, token)[1]["error"]["code"] == 230


@pytest.mark.parametrize(("path", "kind"), [("audio/3", "audio/wav"), ("file/3", "text/plain")])
def test_a_voice_message_and_a_file_can_be_fetched(client, path, kind):
    answer = client.get(f"/scontent/{path}")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert client.get("/scontent/video/3").status_code == 403


def test_the_phone_acts_on_one_message(client, meta, hearing, last_entry):
    mid = meta.say("Helo")["mid"]
    who = {"person": seed.PETER, "page": PAGE}
    text = client.get("/_sim/phone/", query_string=who | {"about": mid}).text
    assert "About what was said" in text
    client.post("/_sim/phone/messages", query_string=who, data={"kind": "edit", "mid": mid, "text": "Hello"})
    assert last_entry()["messaging"][0]["message_edit"]["text"] == "Hello"
    client.post(
        "/_sim/phone/messages", query_string=who, data={"kind": "reaction", "mid": mid, "reaction": "wow"}
    )
    assert last_entry()["messaging"][0]["reaction"]["reaction"] == "wow"
    text = client.get("/_sim/phone/thread", query_string=who).text
    assert "edited" in text
    assert "reacted: wow" in text


def test_the_phone_offers_what_each_platform_has(client):
    text = client.get("/_sim/phone/", query_string={"person": seed.LUCIA, "page": ACCOUNT}).text
    assert "Reply to a story" in text
    assert "Opt-in of a plugin" not in text
    text = client.get("/_sim/phone/", query_string={"person": seed.LUCIA, "page": PAGE}).text
    assert "Reply to a story" not in text
    assert "Opt-in of a plugin" in text


def test_who_is_only_on_instagram_finds_no_pages_on_messenger(client):
    text = client.get("/_sim/phone/pages", query_string={"person": seed.NOOR}).text
    assert "Instagram @harbour.coffee" in text
    assert "Acme Bakery" not in text
