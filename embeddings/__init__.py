"""Texts in; vectors, scores and row numbers out. Knows no documents, questions or pages."""

import os

# torch's threads wait for each other by spinning. While another program keeps a core busy they spin for its turn: on two
# cores a passage took 1,790 ms to read beside another busy process, 300 ms with this, and alone 160 ms either way. Read
# once, when torch is loaded; whoever says otherwise is not overruled.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
