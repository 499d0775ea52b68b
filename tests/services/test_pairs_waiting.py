"""The count of pairs in the status is that of the list of cases, before and after decisions, on any day."""

from __future__ import annotations

from collections import Counter

import lookalikes

from fieldapp.services import registrations
from fieldapp.services.pairs import duplicates, same_as
from fieldapp.services.session import open_session
from fieldapp.store import matching, open_pairs, queries


def _waiting(session) -> int:
    """Pairs that wait, one by one as `matching` says of each whether it does."""

    def read(connection) -> int:
        words = matching.decided(connection)
        pairs = matching.known_pairs(connection, matching.SHOWN)
        left = [pair for pair in pairs if matching.is_open(pair, words.get((pair.a, pair.b)))]
        number = queries.numbers_of(connection, [one for pair in pairs for one in (pair.a, pair.b)])
        each = Counter(number[one] for pair in left for one in (pair.a, pair.b))
        assert open_pairs.waiting(connection) == dict(each)
        some = [*number.values()][::2]
        assert open_pairs.waiting(connection, some) == {rid: each[rid] for rid in some if rid in each}
        return len(left)

    return session.read(read)


def test_the_status_counts_the_pairs_that_wait_and_follows_every_decision(tmp_path) -> None:
    home = lookalikes.make(tmp_path, 3)
    with open_session(home, lookalikes.PASSPHRASE) as session:
        assert session.status()["pairs_waiting"] == _waiting(session) == 9
        pairs = [(pair["a"], pair["b"]) for case in duplicates.listing(session) for pair in case["pairs"]]
        first, second, third, *_rest = pairs
        same_as.decide(session, *first, "different", reason="Kembar")
        assert session.status()["pairs_waiting"] == _waiting(session) == 8
        same_as.decide(session, *second, "unsure", reason="Tanyakan")
        assert session.status()["pairs_waiting"] == _waiting(session) == 8
        # Then it was about other answers than there are now, so it has to be looked at again.
        registrations.edit(session, first[0], {"birth_place": "Samarinda"})
        duplicates.find(session)
        assert session.status()["pairs_waiting"] == _waiting(session)
        same_as.decide(session, *third, "same", reason="Orang yang sama")
        duplicates.find(session)
        assert session.status()["pairs_waiting"] == _waiting(session) < 8
