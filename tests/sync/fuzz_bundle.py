"""Changes bundles at random, at every layer of them, and merges what comes out; nothing may happen but a coded refusal.

    python tests/sync/fuzz_bundle.py --runs 20000 [--seed 1]

Layers: the file as it lies on a stick; the packed payload inside, sealed and signed anew by its true writer; the lines
of the payload; the bodies of the entries, their segment signed anew by their true author; the papers behind them. The
first two reach the readers, the others reach what a member with a changed program can reach. After each run the replica
must be whole: a refused bundle changed no row, one that was taken leaves the lists equal to a fold of the log. Prints
how to repeat what fails.
"""

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import replicas
import zstandard
from conftest import make_office

from sync.bundle import LINKS, PAPERS, seal_packed
from sync.errors import SyncError
from sync.fold import Rules
from sync.paper import write
from sync.payload import Payload, pack
from sync.randomness import token
from sync.segment import seal

LAYERS = ("file", "packed", "lines", "bodies", "papers")
_AWKWARD = (b"", b"\n", b"\0", b'"', b"{}", b"[]", b"null", b"-1", b"1e9", b"9" * 30, b"\xff", b"\xed\xa0\x80")


def mutate(data: bytes, rng: random.Random) -> bytes:
    """A few bytes flipped, cut out, doubled, moved or replaced by awkward ones."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.choice((0, 1, 1, 2, 8, 64, 1000)))
        match rng.randrange(5):
            case 0 if start < len(changed):
                changed[start] ^= 1 << rng.randrange(8)
            case 1:
                del changed[start:end]
            case 2:
                changed[start:start] = changed[start:end]
            case 3:
                changed[start:end] = rng.choice(_AWKWARD)
            case _:
                piece = bytes(changed[start:end])
                del changed[start:end]
                place = rng.randrange(len(changed) + 1)
                changed[place:place] = piece
    return bytes(changed)


class Fuzz:
    """A laptop whose bundle is changed, and an office that merges it."""

    def __init__(self, seed: int) -> None:
        self.office = make_office(f"fuzz {seed}")
        rules = Rules(
            {"rt": "address", "rw": "address"}, lambda member, entry, origin: None, frozenset({"coordinator"})
        )
        self.laptop, self.reader = replicas.make_team(self.office, rules, ["enumerator", "coordinator"])
        first = self.laptop.register(note='kutipan " dan \\ dan\ttab')
        self.laptop.edit(first, rt="009")
        self.laptop.register(name="Contoh Lain")
        self.bundle = self.laptop.to_office().data
        self.payload: Payload = self.laptop.open_own()
        identity = self.reader.identity
        # The laptop is no office, so not one of them may ever be kept.
        self.papers = tuple(write(identity, f"a/{n}", b"isi\n" * n, audience="*", about="", at_ms=n) for n in (1, 50))

    def make(self, layer: str, rng: random.Random) -> bytes:
        """A bundle changed at one layer."""
        if layer == "file":
            return mutate(self.bundle, rng)
        links = rng.random() < 0.5
        if layer == "packed":
            return self._sealed(mutate(pack(self.payload, links=links), rng), links)
        if layer in ("lines", "papers"):
            payload = self.payload if layer == "lines" else replace(self.payload, papers=self.papers, papers_left=1)
            text = zstandard.ZstdDecompressor().decompress(pack(payload, links=links))
            if layer == "lines":
                return self._sealed(zstandard.compress(mutate(text, rng)), links)
            # The papers stand at the end; what comes before them is changed in the other layers.
            papers = text.rindex(b'{"about"', 0, text.rindex(b'{"about"'))
            return self._sealed(zstandard.compress(text[:papers] + mutate(text[papers:], rng)), links, PAPERS)
        segment = self.payload.segments[0]
        bodies = [body for body in segment.bodies if body is not None]
        place = rng.randrange(len(bodies))
        bodies[place] = mutate(bodies[place], rng) if rng.random() < 0.5 else self._odd(bodies[place], rng)
        segments = (seal(self.laptop.identity, segment.ch, segment.first, segment.prev, bodies),)
        return self._sealed(pack(Payload(1, self.payload.certificates, segments), links=links), links)

    @staticmethod
    def _odd(body: bytes, rng: random.Random) -> bytes:
        """An entry in the one true spelling, with one field that means something else."""
        entry: dict[str, Any] = json.loads(body)
        other = [None, 0, -1, 2**53, 2**70, "", "*", "0" * 32, [], {}, [0, 0], {"x": ["y"]}, True]
        entry[rng.choice([*entry, "b", "of", "o", "z"])] = rng.choice([*other, rng.choice(list(entry.values()))])
        return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def _sealed(self, packed: bytes, links: bool, *caps: str) -> bytes:
        programme = self.office.founding.programme
        return seal_packed(
            self.laptop.identity,
            programme,
            token(self.office.random),
            ("office",),
            [programme.office_recipient],
            packed,
            (*((LINKS,) if links else ()), *caps),
        )

    def run(self, data: bytes) -> str:
        """What became of it: a refusal's code, or "merged". The replica is set back afterwards."""
        reader = self.reader
        before = reader.rows()
        reader.connection.execute("BEGIN")
        try:
            try:
                opened = reader.open(data)
                reader.journal.merge(opened, reader.now_ms)
                taken = reader.journal.papers.take(reader.member.id, opened.by, opened.payload.papers, True)
                assert not taken.new
                reader.dump()
                code = "merged"
            except SyncError as refusal:
                code = refusal.code
                assert reader.rows() == before
        finally:
            reader.connection.execute("ROLLBACK")
            reader.journal = reader.new_journal()
        return code


def main(runs: int, seed: int) -> Counter[str]:
    """Counts of what became of the bundles; raises what a run raised, after printing how to repeat it."""
    outcomes: Counter[str] = Counter()
    fuzz = Fuzz(seed)
    for number in range(runs):
        layer = LAYERS[number % len(LAYERS)]
        data = fuzz.make(layer, random.Random(f"{seed} {number}"))
        try:
            outcomes[fuzz.run(data)] += 1
        except Exception:
            print(f"seed {seed}, run {number}, layer {layer}", file=sys.stderr)
            raise
    return outcomes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for outcome, count in main(arguments.runs, arguments.seed).most_common():
        print(f"{count:8} {outcome}")
