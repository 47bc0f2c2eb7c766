"""The example of the documentation is a file that can be imported."""

import json
import re
from pathlib import Path

from tests import cast
from tests.configuration.files import bring, look, parsed, verdicts

PAGE = Path(__file__).parent.parent.parent / "docs" / "configuration.md"


def test_the_example_is_imported_as_it_stands(as_ada):
    found = re.search(r"```json\n(.+?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    example = found[1].encode()
    assert set(verdicts(look(as_ada, example).text).values()) == {"Will be added"}
    assert bring(as_ada, example).status_code == 303
    given, taken = json.loads(example), parsed(as_ada)
    taken["roles"] = [role for role in taken["roles"] if role["name"] != "nothing"]
    assert {**taken, "webgateway": None} == {**given, "webgateway": None}
    assert cast.tenant().name == given["webgateway"]["tenant"]
