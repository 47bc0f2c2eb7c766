"""What people do in a conversation: contract 6.6, 6.7."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from webgateway.meta.events import Event, parse

Of = Callable[[str], Event]
FromPetro = Callable[..., Event]


def test_a_message_has_its_text_and_its_sender(event: Of) -> None:
    message = event("page/messages/text_unicode")
    assert message.text == 'Доброго ранку, grüß dich \N{PEAR} / "солодкі" <груші>'
    assert (message.account_id, message.user_id) == ("210000000000001", "5550000000000011")
    assert message.at == datetime(2026, 11, 1, 2, 26, 40, 125000, UTC)
    assert message.dedupe_key == "210000000000001:message:m_orchard-basket-0001"


def test_everything_a_message_may_carry_is_kept(event: Of) -> None:
    full = event("page/messages/text_full")
    assert (full.quick_reply_payload, full.reply_to_mid) == ("PICK_PEARS", "m_orchard-basket-0000")
    ad = event("page/messages/referral_ads")
    assert ad.referral is not None
    assert (ad.referral["ref"], ad.referral["ad_id"]) == ("harvest", "330000000000003")


def test_a_story_that_is_answered_is_named(event: Of) -> None:
    answer = event("instagram/messages/story_reply")
    assert answer.story_id == "440000000000012"
    assert answer.story_url is not None
    assert answer.story_url.startswith("https://media.example/")
    assert answer.reply_to_mid is None


def test_a_deleted_message_names_the_one_it_was(event: Of) -> None:
    sent, deleted = event("page/messages/text_min"), event("page/messages/is_deleted")
    assert deleted.is_deleted
    assert not sent.is_deleted
    assert deleted.mid == sent.mid
    assert deleted.dedupe_key != sent.dedupe_key


def test_content_meta_does_not_pass_on_is_marked(event: Of) -> None:
    assert event("instagram/messages/is_unsupported").is_unsupported


def test_an_echo_belongs_to_the_customer_who_received_it(event: Of) -> None:
    ours = event("page/message_echoes/text_full")
    assert ours.kind == "echo"
    assert (ours.user_id, ours.echo_app_id) == ("5550000000000011", "770000000000007")
    assert (ours.metadata, ours.reply_to_mid) == ("our:message:17", "m_orchard-basket-0000")
    assert event("page/message_echoes/from_page_inbox").echo_app_id == "263902037430900"


def test_what_the_account_sends_is_an_echo_even_unmarked(from_petro: FromPetro) -> None:
    sent = from_petro(sender={"id": "210"}, recipient={"id": "555"}, message={"mid": "m_1", "text": "x"})
    assert (sent.kind, sent.user_id) == ("echo", "555")


def test_a_note_of_the_account_to_itself_is_ignored(event: Of) -> None:
    assert event("instagram/messages/echo_is_self").ignored == "A note of the account to itself."


def test_a_customer_known_only_by_reference_is_kept(event: Of) -> None:
    message = event("page/messages/sender_user_ref")
    assert (message.user_id, message.user_ref, message.ignored) == (None, "ref-petro", None)
    assert event("page/messaging_optins/user_ref_checkbox").user_ref == "ref-petro"


def test_ids_may_be_numbers(event: Of) -> None:
    message = event("instagram/messages/numeric_ids_and_seconds")
    assert (message.account_id, message.user_id) == ("17841400000000042", "6660000000000021")


def test_the_page_of_a_message_is_the_entrys_not_the_recipients(event: Of) -> None:
    assert event("envelope/edge/recipient_differs_from_entry_id").account_id == "210000000000001"


def test_a_postback_has_its_title_payload_and_origin(event: Of) -> None:
    postback = event("page/messaging_postbacks/full_referral_shortlink")
    assert (postback.postback_title, postback.postback_payload) == ("Start here", "START")
    assert postback.referral is not None
    assert postback.referral["source"] == "SHORTLINK"
    standby = event("page/standby/postback_without_payload")
    assert (standby.standby, standby.postback_title, standby.postback_payload) == (
        True,
        "A person, please",
        None,
    )


def test_a_referral_stands_alone(event: Of) -> None:
    referral = event("page/messaging_referrals/timestamps_in_seconds")
    assert referral.referral is not None
    assert referral.referral["ref"] == "harvest"
    assert referral.at == datetime(2023, 12, 3, 10, 25, 11, tzinfo=UTC)


def test_a_reaction_names_its_message_and_whether_it_was_taken_back(event: Of) -> None:
    given, taken = event("page/message_reactions/react"), event("page/message_reactions/unreact")
    assert (given.action, given.reaction, given.emoji) == ("react", "love", "\u2764\ufe0f")
    assert (taken.action, taken.reaction, taken.emoji) == ("unreact", None, None)
    assert given.mid == taken.mid == "m_orchard-basket-0001"


def test_a_delivery_says_which_and_up_to_when(event: Of) -> None:
    delivered = event("page/message_deliveries/full")
    assert delivered.mids == ("m_orchard-basket-0001",)
    assert delivered.watermark == datetime(2026, 11, 1, 2, 26, 39, tzinfo=UTC)
    assert event("page/message_deliveries/min").mids == ()


def test_messenger_says_up_to_when_and_instagram_which_message_was_read(event: Of) -> None:
    page, instagram = event("page/message_reads/min"), event("instagram/messaging_seen/min")
    assert (page.watermark, page.mid) == (datetime(2026, 11, 1, 2, 26, 39, tzinfo=UTC), None)
    assert instagram.watermark is None
    assert instagram.mid is not None


def test_an_edit_has_its_number_and_new_text(event: Of) -> None:
    edit = event("page/message_edits/num_edit_string")
    assert (edit.text, edit.num_edit, edit.mid) == ("Are the plums ripe?", 2, "m_orchard-basket-0001")


def test_a_handover_names_both_apps(event: Of) -> None:
    passed = event("page/messaging_handovers/pass_thread_control")
    assert passed.action == "pass_thread_control"
    assert (passed.previous_app_id, passed.new_app_id) == ("263902037430900", "770000000000007")
    idle = event("page/messaging_handovers/pass_thread_control_from_idle")
    assert (idle.previous_app_id, idle.metadata) == (None, None)
    assert event("page/messaging_handovers/request_thread_control").new_app_id is not None
    assert event("page/messaging_handovers/app_roles").action == "app_roles"


def test_what_meta_does_to_the_page_is_told_with_its_action(event: Of) -> None:
    block = event("page/messaging_policy_enforcement/block")
    assert (block.kind, block.action) == ("policy", "block")
    assert block.text is not None
    assert event("page/business_integrity/full_restricted").action == "restricted"
    assert event("page/business_integrity/lifted").at == datetime(2026, 11, 4, 2, 26, 40, tzinfo=UTC)
    assert event("page/messaging_account_linking/unlinked").action == "unlinked"


def test_restrictions_beside_the_item_come_with_it(event: Of) -> None:
    integrity = event("page/business_integrity/restrictions_beside_messaging")
    assert integrity.raw["restrictions"][0]["status"] == "RESTRICTED"
    assert integrity.raw["status"] == "ok"


def test_an_optin_has_its_type_and_its_origin(event: Of) -> None:
    assert event("page/messaging_optins/notification_messages_full").action == "notification_messages"
    assert event("page/messaging_optins/ref_min").referral == {"ref": "newsletter"}


def test_consent_to_notifications_may_be_stopped(event: Of) -> None:
    stopped = event("page/messaging_optins/notification_messages_stop")
    assert (stopped.action, stopped.text) == ("notification_messages_stop", "Fruit of the week")


def test_a_coupon_has_its_code_and_a_cart_its_lines(event: Of) -> None:
    assert event("page/messages/coupon_reveal").text == "PEARS10"
    cart = event("page/send_cart/full")
    assert (cart.kind, cart.text) == ("order", "two crates")
    assert [card.title for card in cart.attachments[0].cards] == ["Crate"]


def test_a_survey_has_its_answers_in_their_order(event: Of) -> None:
    survey = event("page/messaging_feedback/full")
    assert survey.answers == (("csat", "4"), ("free_form", "Quick and friendly"))
    assert event("page/response_feedback/good").text == "Bad response"


def test_the_form_of_an_ad_comes_with_what_was_filled_in(event: Of) -> None:
    lead = event("page/messaging_referrals/lead_complete")
    assert lead.answers == (("Would you sell our juice?", "Yes"), ("Where is your shop?", "Kyiv"))


def test_a_reaction_of_the_account_itself_is_ignored(from_petro: FromPetro) -> None:
    ours = from_petro(sender={"id": "210"}, reaction={"mid": "m_1", "action": "react"})
    assert ours.ignored == "A reaction of the page itself."


def test_an_unknown_item_names_what_is_in_it(from_petro: FromPetro) -> None:
    event = from_petro(game_play={"score": 1}, zebra=1)
    assert (event.kind, event.ignored) == ("unknown", "Nothing known is in it: game_play, zebra.")


def test_a_message_without_a_name_or_a_sender_is_ignored(from_petro: FromPetro) -> None:
    assert from_petro(message={"text": "x"}).ignored == "It names no message."
    assert from_petro(sender={}, message={"mid": "m_1"}).ignored == "It names no customer."
    assert from_petro(sender={}, postback={"mid": "m_1"}).ignored == "It names no customer."


def test_the_same_message_twice_has_one_key(
    payload: Callable[[str], Any], wire: Callable[[Any], bytes]
) -> None:
    one, two = parse(wire(payload("envelope/batch/duplicate_mid")))
    assert one.dedupe_key == two.dedupe_key
    assert one.position != two.position


def test_the_same_mid_on_two_pages_has_two_keys(wire: Callable[[Any], bytes]) -> None:
    item = {"sender": {"id": "555"}, "message": {"mid": "m_1"}}
    entries = [{"id": "210", "messaging": [item]}, {"id": "211", "messaging": [item]}]
    one, two = parse(wire({"object": "page", "entry": entries}))
    assert one.dedupe_key != two.dedupe_key


def test_the_same_reaction_given_again_later_is_another_one(from_petro: FromPetro) -> None:
    reaction = {"mid": "m_1", "action": "react", "reaction": "love"}
    now = from_petro(reaction=reaction, timestamp=1793500000125)
    later = from_petro(reaction=reaction, timestamp=1793500009125)
    assert now.dedupe_key != later.dedupe_key
