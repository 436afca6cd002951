import json
import subprocess
import sys

from experiments.recipe.engine import engine_digest, vocabulary_digest


def test_the_machine_is_described_as_the_worker_reads_it():
    command = [sys.executable, "-m", "workers.science.provenance", "--device", "cpu", "--threads", "1"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told["device"] == "cpu"
    assert told["engine_digest"] == engine_digest()
    assert told["environment"]["threads"] == "1"
    assert told["environment"]["deterministic"] == "yes"
    assert told["flops_per_second"] > 1e8
    assert told["memory_bytes"] > 2**28


def test_the_engine_digest_needs_no_torch():
    code = "import sys, experiments.recipe.engine as e; print(e.engine_digest(), 'torch' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert printed == [engine_digest(), "False"]


def test_the_vocabulary_has_a_digest_of_its_own_that_the_engine_does_not_change():
    assert len(vocabulary_digest()) == 64
    assert vocabulary_digest() != engine_digest()
