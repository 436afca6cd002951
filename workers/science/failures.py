"""Ways a run can fail that its author can do something about."""


class NotFinite(ArithmeticError):
    """A loss or a weight became infinite or not a number."""

    def __init__(self, *, step: int, seed: int, tensor: str) -> None:
        super().__init__(f"{tensor} of seed {seed} is not finite at step {step}")
        self.step, self.seed, self.tensor = step, seed, tensor
