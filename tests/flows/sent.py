"""What a browser would send of the editor's form, as it stands on a page."""

from bs4 import BeautifulSoup


def fields_of(page: str) -> dict[str, str]:
    """All fields that belong to the form, those beside it, too."""
    soup = BeautifulSoup(page, "html.parser")
    found: dict[str, str] = {}
    for control in soup.select(
        "form#flow :is(input, select, textarea), [form=flow]:is(input, select, textarea)"
    ):
        kind = control.get("type", control.name)
        if kind == "checkbox" and not control.has_attr("checked"):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            found[control["name"]] = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            found[control["name"]] = control.text.removeprefix("\n").removeprefix("\r\n")
        else:
            found[control["name"]] = control.get("value", "y" if kind == "checkbox" else "")
    return found


def parts_of(page: str) -> list[str]:
    """The kinds of the parts on it, in order."""
    fields = fields_of(page)
    return [fields[f"parts-{place}-kind"] for place in range(99) if f"parts-{place}-kind" in fields]


def errors_of(page: str) -> dict[str, str]:
    """What is said beside each field that is marked, by its name."""
    soup = BeautifulSoup(page, "html.parser")
    found = {}
    for control in soup.select("[aria-invalid=true]"):
        about = soup.find(id=f"{control['id']}-error")
        assert about is not None, f"{control['id']} is marked without a word"
        assert about["id"] in control["aria-describedby"].split()
        found[control["name"]] = about.get_text(strip=True)
    return found
