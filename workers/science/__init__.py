"""The science engine: recipes in, events out. Torch lives here and nowhere else; no database, queue or network does."""

import os

# Read once, when torch loads its threads. Threads that spin while they wait for each other make a step ten times slower
# as soon as anything else runs on the machine; on an idle one, sleeping costs little.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
