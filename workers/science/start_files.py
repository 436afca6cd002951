"""The checkpoints of another run as files: what a recipe's [start] names, found in a folder."""

from pathlib import Path

from torch import Tensor

from experiments.recipe.start import Start
from workers.science.storage import checkpoint_name, read_weights


class StartFiles:
    """A folder as the command line leaves it, or as a worker fills it with the files of one grid point."""

    def __init__(self, folder: Path, start: Start) -> None:
        self.folder, self.start = folder, start

    def load(self, seed: int) -> dict[str, Tensor]:
        """Raises ValueError, naming what is there, when the folder lacks the checkpoint."""
        folder = self._folder_of_point() / Path(checkpoint_name(seed, 0)).parent
        steps = sorted(int(path.stem.removeprefix("step-")) for path in folder.glob("step-*.safetensors"))
        if not steps:
            raise ValueError(f"start.seed: there is no checkpoint of seed {seed} in {folder}")
        step = steps[-1] if self.start.step == "last" else self.start.step
        if step not in steps:
            raise ValueError(
                f"start.step: seed {seed} has no checkpoint at {step}; allowed: {', '.join(map(str, steps))}"
            )
        return read_weights(self._folder_of_point() / checkpoint_name(seed, step))

    def _folder_of_point(self) -> Path:
        """A run with a sweep keeps each grid point in a folder of its own."""
        of_point = self.folder / f"point-{self.start.point:03d}"
        if of_point.is_dir():
            return of_point
        if self.start.point or (self.folder / "point-000").is_dir():
            raise ValueError(f"start.point: there is no grid point {self.start.point} in {self.folder}")
        return self.folder
