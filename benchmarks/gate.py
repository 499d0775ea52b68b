"""What it costs a hub to tell whom it listens to, in processor time a request.

    python benchmarks/gate.py [--members 500] [--requests 1000]

Floor: one Ed25519 verification of as many bytes by the same library.
"""

import argparse
import time
from collections.abc import Callable

from sync import keys
from sync.challenges import answering
from sync.gate import KnownMembers, SignatureGate
from sync.invitations import KdfCost
from sync.members import Membership, claim, found, invite, open_invitation
from sync.randomness import system_random, token
from sync.signatures import Asked, check_digest, sign_request
from sync.wire import EXCHANGE_PATH

NOW_MS = 1_767_225_600_000
QUERY = "entries=5000"


def best(work: Callable[[], object], times: int) -> float:
    """Milliseconds of processor time of one call, the best of five rounds."""
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - began) / times * 1000)
    return min(rounds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--requests", type=int, default=1000)
    asked = parser.parse_args()
    office = found("Made up", "Founder", "admin", token(), NOW_MS)
    membership = Membership(office.programme.id)
    membership.add(office.member.certificate)
    identity = office.identity
    for number in range(asked.members):
        _, file = invite(
            office.member,
            office.identity,
            office.programme,
            "enumerator",
            f"Member {number}",
            ["64.71"],
            NOW_MS,
            NOW_MS + 86_400_000,
            "246810",
            lambda _: b"",
            cost=KdfCost(8, 1, 1),
        )
        identity, certificate = claim(open_invitation(file, "246810"), token(), NOW_MS)
        membership.add(certificate)
    members = KnownMembers(membership.copy)
    gate = SignatureGate(office.identity, members, wall_ms=lambda: NOW_MS, rate_s=1e9, burst=1 << 30)
    body = system_random(100_000)

    def request() -> Asked:
        nonce = answering(gate.challenge(), system_random)
        headers = sign_request(identity, EXCHANGE_PATH, QUERY, body, nonce, NOW_MS // 1000)
        return Asked("POST", EXCHANGE_PATH, QUERY, [("Host", "hub"), *headers.items()])

    waiting = [request() for _ in range(5 * asked.requests)]
    digest = dict(waiting[0].headers)["Content-Digest"]
    message, key = b"x" * 400, identity.sign_key
    signature = identity.sign(message)
    floor = best(lambda: keys.is_signed(key, message, signature), asked.requests)
    print(f"{asked.members} members; milliseconds of processor time, and x the floor")
    print(f"floor: one Ed25519 verification                {floor:.3f}   1.0")
    for what, cost in (
        ("admit a request: signature, challenge, limits  ", best(lambda: gate.admit(waiting.pop()), asked.requests)),
        ("compare a body of 100 kB with what was signed  ", best(lambda: check_digest(digest, body), asked.requests)),
        ("the laptop's part: digest and signature        ", best(request, 200)),
    ):
        print(f"{what}{cost:.3f}   {cost / floor:.1f}")


if __name__ == "__main__":
    main()
