"""Results in a notebook, in one line: `Client("https://...").run(42).checkpoint(seed=0).tensors()`.

Needs no Django. Only `Checkpoint.model()` needs torch and transformer_lens.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pyarrow as pa

from experiments.columns import parts_of, together
from experiments.recipe import Recipe, at_point, recipe_from_data
from experiments.recipe.panels import Panel

if TYPE_CHECKING:
    import numpy as np
    from transformer_lens.model_bridge import TransformerBridge

ENDED = ("succeeded", "failed", "cancelled")


class ApiError(Exception):
    """The site said no; `code` is for programs, `fields` says what is wrong where."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", "error"))
        self.fields: dict[str, str] = body.get("fields", {})
        where = "".join(f"\n  {name}: {text}" for name, text in self.fields.items())
        super().__init__(f"{status} {self.code}: {body.get('detail', '')}{where}")


class Client:
    """One site. Reading needs no token; submitting does (your account page, or POST /api/tokens/)."""

    def __init__(self, url: str, token: str | None = None, *, http: httpx.Client | None = None) -> None:
        headers = {"Authorization": f"Token {token}"} if token else {}
        self._http = http or httpx.Client(timeout=60.0)
        self._http.base_url = url.rstrip("/") + "/api/"
        self._http.headers.update(headers)

    def run(self, number: int) -> "RemoteRun":
        return RemoteRun(self, number)

    def check(self, toml: str) -> dict[str, Any]:
        """Errors, digest, advice and cost of a recipe; nothing is stored."""
        found: dict[str, Any] = self.json("POST", "recipes/check/", json={"toml": toml})
        return found

    def submit(self, toml: str, *, forked_from: int | None = None) -> "RemoteRun":
        """Keep a recipe and queue a run of it."""
        recipe = self.json("POST", "recipes/", json={"toml": toml, "forked_from": forked_from})
        run = self.json("POST", f"recipes/{recipe['id']}/runs/")
        return RemoteRun(self, run["id"])

    def json(self, method: str, path: str, **content: Any) -> Any:
        return self.call(method, path, **content).json()

    def call(self, method: str, path: str, **content: Any) -> httpx.Response:
        """One call. Raises ApiError for a refusal."""
        response = self._http.request(method, path, **content)
        if response.is_success:
            return response
        try:
            body = response.json()
        except ValueError:
            body = {"detail": response.text[:500]}
        raise ApiError(response.status_code, body)


class RemoteRun:
    """A run on the site. Each method asks anew, so that it is right while the run goes on."""

    def __init__(self, client: Client, number: int) -> None:
        self._client = client
        self.number = number

    def __repr__(self) -> str:
        return f"RemoteRun({self.number})"

    def details(self) -> dict[str, Any]:
        found: dict[str, Any] = self._client.json("GET", f"runs/{self.number}/")
        return found

    def recipe(self) -> Recipe:
        details = self._client.json("GET", f"recipes/{self.details()['recipe']}/")
        return recipe_from_data(details["resolved"])

    def wait(self, *, timeout_seconds: float | None = None, every_seconds: float = 2.0) -> dict[str, Any]:
        """Wait for the end; the details of the run then. Raises TimeoutError."""
        until = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            details = self.details()
            if details["state"] in ENDED:
                return details
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"run {self.number} is {details['state']}: {details['why_it_waits']}")
            time.sleep(every_seconds)

    def log(self) -> list[dict[str, Any]]:
        """Every line there is now, with its number, time, shard, attempt and text, over all attempts."""
        lines: list[dict[str, Any]] = []
        after = 0
        while True:
            part = self._client.json("GET", f"runs/{self.number}/log/", params={"after": after})
            lines += part["lines"]
            after = part["after"]
            if part["is_whole"]:
                return lines

    def cancel(self) -> None:
        self._client.call("POST", f"runs/{self.number}/cancel/")

    def measurements(self) -> pa.Table:
        """Columns point, seed, step, measure, split, component, value."""
        content = self._client.call("GET", f"runs/{self.number}/measurements/", params={"format": "packed"}).content
        return together(parts_of(content))

    def frame(self) -> Any:
        """The measurements as a pandas data frame, where pandas is installed."""
        return self.measurements().to_pandas()

    def panels(self) -> list[Panel]:
        found = self._client.json("GET", f"runs/{self.number}/panels/")
        return [Panel.model_validate(panel) for panel in found["panels"]]

    def artifacts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.json("GET", f"runs/{self.number}/artifacts/")["artifacts"]
        return found

    def checkpoints(self, *, seed: int, point: int = 0) -> list["Checkpoint"]:
        """The checkpoints of one seed, in step order."""
        files = [a for a in self.artifacts() if (a["kind"], a["seed"], a["point"]) == ("checkpoint", seed, point)]
        return [Checkpoint(self, file) for file in sorted(files, key=lambda file: int(file["step"]))]

    def checkpoint(self, *, seed: int, step: int | Literal["first", "last"] = "last", point: int = 0) -> "Checkpoint":
        """One checkpoint. Raises LookupError naming the steps there are."""
        kept = self.checkpoints(seed=seed, point=point)
        steps = [checkpoint.step for checkpoint in kept]
        place = {"first": steps[:1], "last": steps[-1:]}.get(str(step), [step])
        if not place or place[0] not in steps:
            raise LookupError(f"run {self.number}, seed {seed}, point {point}: no checkpoint {step!r}; kept: {steps}")
        return kept[steps.index(int(place[0]))]

    def download(self, file: dict[str, Any]) -> bytes:
        """The bytes of an artifact, checked against its name in the storage."""
        path = f"runs/{self.number}/artifacts/{file['name']}/"
        content = self._client.call("GET", path, params={"shard": file["shard"]}).content
        found = hashlib.sha256(content).hexdigest()
        if found != file["sha256"]:
            raise OSError(f"{file['name']} arrived damaged: sha256 {found}, expected {file['sha256']}")
        return content


@dataclass(frozen=True)
class Checkpoint:
    """Weights of one seed at one step."""

    run: RemoteRun
    file: dict[str, Any]

    @property
    def step(self) -> int:
        return int(self.file["step"])

    def tensors(self) -> "dict[str, np.ndarray[Any, Any]]":
        """Every weight by name, as numpy arrays."""
        from safetensors.numpy import load

        found: dict[str, np.ndarray[Any, Any]] = load(self.run.download(self.file))
        return found

    def point_recipe(self) -> Recipe:
        """The recipe at the grid point of this checkpoint."""
        shards = self.run.details()["shards"]
        return at_point(self.run.recipe(), shards[self.file["shard"]]["overrides"])

    def model(self) -> "TransformerBridge":
        """The network as a TransformerLens bridge. Needs the worker's libraries: torch and transformer_lens."""
        from safetensors.torch import load

        from workers.science.bridge import to_transformer_lens
        from workers.science.models import build_model

        recipe = self.point_recipe()
        return to_transformer_lens(build_model(recipe.model, recipe.task), load(self.run.download(self.file)))
