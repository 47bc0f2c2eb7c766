"""Files for the browser: versioned, so that they may be kept for a year."""

import re


def test_a_versioned_file_is_kept_for_a_year(visitor):
    address = re.search(rb'href="(/static/css/base.css\?v=[0-9a-f]+)"', visitor.get("/login").data)[
        1
    ].decode()
    assert "immutable" in visitor.get(address).headers["Cache-Control"]


def test_without_its_version_a_file_is_asked_for_again(visitor):
    assert "immutable" not in visitor.get("/static/css/base.css").headers.get("Cache-Control", "")


def test_every_icon_a_template_names_is_in_the_sprite(app):
    from webgateway import vendor

    sprite = (vendor.VENDOR / "icons.svg").read_text()
    texts = [file.read_text() for file in (vendor.ROOT / "templates").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r"\bicon\('([a-z0-9-]+)'", text)} - {"name"}
    assert named
    assert [name for name in sorted(named) if f'id="{name}"' not in sprite] == []
