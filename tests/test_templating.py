"""Templates are looked up once, where nobody edits them."""


def test_a_template_is_looked_up_once(app):
    app.jinja_env.auto_reload = False
    found = app.jinja_env.get_template("workspace/_desk.html")
    app.jinja_env.cache.clear()
    assert app.jinja_env.get_template("workspace/_desk.html") is found


def test_one_that_is_edited_is_loaded_anew(app, monkeypatch):
    app.jinja_env.auto_reload = True
    found = app.jinja_env.get_template("workspace/_desk.html")
    monkeypatch.setattr(found, "_uptodate", lambda: False)
    assert app.jinja_env.get_template("workspace/_desk.html") is not found
