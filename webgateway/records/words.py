"""What a person types to find messages: words, "several in a row", begin*, -without. Whatever is typed means
something."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

LONGEST = 200
MOST = 8
"""Terms that are looked for; the others are left out."""
SHORTEST = 3
"""Letters with which a word may begin; a shorter beginning would be of too many, and is taken as a word."""
TYPED = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


@dataclass(frozen=True)
class Term:
    """`said`: as it was typed, with one word or more in it. `begins`: its last word may go on."""

    said: str
    begins: bool = False

    @cached_property
    def words(self) -> list[str]:
        return [plain(word) for word in WORD.findall(self.said)]

    def fits(self, words: list[str]) -> bool:
        """As many words as it has itself."""
        *first, last = self.words
        return words[:-1] == first and (words[-1].startswith(last) if self.begins else words[-1] == last)


class Words:
    def __init__(self, typed: str) -> None:
        self.typed = typed.replace("\0", " ").strip()[:LONGEST]
        self.wanted: list[Term] = []
        self.unwanted: list[Term] = []
        for unwanted, term in islice(_terms(self.typed), MOST):
            kind = self.unwanted if unwanted else self.wanted
            if term not in kind:
                kind.append(term)

    def __bool__(self) -> bool:
        """Whether there is something to look for; to leave words out is not enough."""
        return bool(self.wanted)

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """The text cut into pieces, each with whether it was looked for."""
        found = list(self._found(text))
        pieces, done = [], 0
        for start, end in found:
            pieces += [(text[done:start], False), (text[start:end], True)]
            done = end
        return [piece for piece in [*pieces, (text[done:], False)] if piece[0]]

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        places = [(match.start(), match.end(), plain(match[0])) for match in WORD.finditer(text)]
        done = 0
        for number, (start, _end, _word) in enumerate(places):
            lengths = [length for length in self._fitting(places[number:]) if number >= done]
            if lengths:
                done = number + max(lengths)
                yield start, places[done - 1][1]

    def _fitting(self, places: list[tuple[int, int, str]]) -> Iterator[int]:
        """How many of the words that stand first fit a term."""
        for term in self.wanted:
            here = [word for *_, word in places[: len(term.words)]]
            if len(here) == len(term.words) and term.fits(here):
                yield len(here)


def plain(word: str) -> str:
    """Without case and diacritics."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def _terms(typed: str) -> Iterator[tuple[bool, Term]]:
    for minus, quoted, bare in TYPED.findall(typed.encode(errors="ignore").decode()):
        said = quoted or bare
        words = WORD.findall(said)
        if words:
            begins = bare.endswith("*") and len(plain(words[-1])) >= SHORTEST
            yield bool(minus), Term(said, begins)
