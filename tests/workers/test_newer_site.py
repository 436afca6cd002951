"""A site that is renewed before its workers: what it says beyond what they know does them no harm."""

import hashlib
from collections.abc import Callable

from tests.experiments.making import announcement
from tests.workers.small_site import SmallSite
from workers.session import Site
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]
SLOW = [["print", "hello"], ["sleep", 1]]  # time for a batch and a heartbeat of their own


def test_fields_of_a_newer_site_are_overlooked_in_every_reply(small_site: SmallSite, supervise: Supervise) -> None:
    small_site.says_more = {"mood": "fine"}
    supervise(*SLOW, ["print", "again"], ["finish"]).run()

    assert small_site.heartbeats and len(small_site.batches) > 1
    assert small_site.outcomes[0]["result"] == "succeeded"
    assert small_site.logged == ["hello", "again"]


def test_fields_of_a_newer_site_are_not_sent_back_with_the_files_it_named(
    small_site: SmallSite, supervise: Supervise
) -> None:
    sha256 = hashlib.sha256(b"state").hexdigest()
    small_site.blobs[sha256] = b"state"
    known = {"name": "step-40", "kind": "checkpoint", "sha256": sha256, "n_bytes": 5, "seed": 0, "step": 40}
    supervise(["finish"], resume_step=40, artifacts=[known | {"colour": "blue"}]).run()

    assert small_site.outcomes[0]["manifest"] == [known]


def test_a_welcome_of_a_newer_site_is_understood(small_site: SmallSite, site: Site) -> None:
    small_site.says_more = {"mood": "fine"}
    assert site.announce(announcement()).worker == 7
