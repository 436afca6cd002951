"""How weights are trained: loss, optimiser, batches, and the loop over steps."""
