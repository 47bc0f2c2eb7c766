from dataclasses import dataclass


@dataclass
class Upload:
    """A file a page keeps at Meta to send it again (contract 7.3)."""

    id: str
    page: str
    type: str
    url: str
    name: str = ""
    """of the file that came with the call"""


@dataclass
class Persona:
    """A name and a face that messages of a page may carry."""

    id: str
    page: str
    name: str
    picture: str
