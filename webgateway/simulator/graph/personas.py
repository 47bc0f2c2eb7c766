"""Personas of a page: a name and a face for its messages (contract 7.3)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import parse_fields, pick
from webgateway.simulator.graph.paging import edge, one_page
from webgateway.simulator.graph.tokens import grant_of, page_token, require, token_of
from webgateway.simulator.ids import scoped
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.state.uploads import Persona

FIELDS = "id,name,profile_picture_url"


def create_persona(call: Call) -> dict[str, Any]:
    _check(call, call.node)
    name, picture = call.required("name"), call.required("profile_picture_url")
    if len(name) > assumptions.PERSONA_NAME_LIMIT:
        raise GraphError(100, "(#100) Length of param name must be less than or equal to 50")
    number = scoped("persona", call.node, str(len(call.world.personas)))
    call.world.personas[number] = Persona(number, call.node, name, picture)
    return {"id": number}


def read_personas(call: Call) -> dict[str, Any]:
    _check(call, call.node)
    own = [persona for persona in call.world.personas.values() if persona.page == call.node]
    chosen, paging = one_page(call, own)
    return edge(call, [_fields(call, persona) for persona in chosen], paging, len(own))


def read_persona(call: Call) -> dict[str, Any]:
    return _fields(call, _own(call))


def delete_persona(call: Call) -> dict[str, Any]:
    del call.world.personas[_own(call).id]
    return {"success": True}


def persona_for(call: Call, thread: Thread) -> str:
    """The name a message is to carry; "" without `persona_id`. Instagram has no personas."""
    wanted = call.text("persona_id")
    if not wanted:
        return ""
    found = call.world.personas.get(wanted)
    if found is None or found.page != thread.page or thread.on_instagram:
        raise GraphError(100, "(#100) Invalid parameter")
    return found.name


def _own(call: Call) -> Persona:
    persona = call.world.personas[call.node]
    if token_of(call).page != persona.page:
        raise unknown_object(call.node)
    _check(call, persona.page)
    return persona


def _check(call: Call, page_id: str) -> None:
    require(call, grant_of(call, page_token(call, page_id)), "pages_messaging")


def _fields(call: Call, persona: Persona) -> dict[str, Any]:
    readers = {
        "id": lambda _: persona.id,
        "name": lambda _: persona.name,
        "profile_picture_url": lambda _: persona.picture,
    }
    return pick("Persona", parse_fields(call.text("fields") or FIELDS), readers)
