"""Files of a shard: rows that name blobs."""

from collections.abc import Sequence

from pydantic import ValidationError

from experiments.models import Artifact, Blob, Shard
from experiments.protocol import StoredArtifact
from experiments.recipe.panels import Panel
from experiments.services.blobs import forget_unreferenced, open_blob
from experiments.services.refusals import NotFound, Unprocessable

MAX_PANEL_BYTES = 16 * 1024 * 1024


def keep_artifacts(shard: Shard, named: Sequence[StoredArtifact]) -> None:
    """Make or replace the row of each file; the bytes must be here. Only the newest resume state is kept."""
    columns = ("name", "kind", "blob_id", "seed", "step")
    here = set(shard.artifacts.filter(name__in=[a.name for a in named]).values_list(*columns)) if named else set()
    named = [a for a in named if (a.name, a.kind, a.sha256, a.seed, a.step) not in here]
    if not named:
        return  # a manifest names again what came with the events
    check_blobs(named)
    new = {a.name for a in named}
    replaced = [blob for name, _, blob, _, _ in here if name in new]
    Artifact.objects.bulk_create(
        {a.name: as_row(shard, a) for a in named}.values(),
        batch_size=100,
        update_conflicts=True,
        unique_fields=["shard", "name"],
        update_fields=["kind", "blob", "seed", "step"],
    )
    forget_unreferenced(replaced)
    if any(a.kind == "resume" for a in named):
        drop_resume_states(shard, keep_newest=True)


def as_row(shard: Shard, artifact: StoredArtifact) -> Artifact:
    return Artifact(
        shard=shard,
        name=artifact.name,
        kind=artifact.kind,
        blob_id=artifact.sha256,
        seed=artifact.seed,
        step=artifact.step,
    )


def check_blobs(named: Sequence[StoredArtifact]) -> None:
    """Refuses files whose bytes are not here, naming each."""
    sizes = dict(Blob.objects.filter(pk__in={a.sha256 for a in named}).values_list("pk", "n_bytes"))
    missing = {a.name: f"no blob {a.sha256}" for a in named if a.sha256 not in sizes}
    wrong = {
        a.name: f"{sizes[a.sha256]} bytes, not {a.n_bytes}"
        for a in named
        if a.sha256 in sizes and sizes[a.sha256] != a.n_bytes
    }
    if missing or wrong:
        detail = f"{len(missing)} files were never uploaded, {len(wrong)} have another size"
        raise Unprocessable("missing_blobs", detail, fields=missing | wrong)


def check_panel(artifact: StoredArtifact, *, where: str) -> None:
    """A panel is read here once, so that no page ever meets one it cannot draw."""
    if artifact.kind != "panel":
        return
    if artifact.n_bytes > MAX_PANEL_BYTES:
        detail = f"{artifact.name}: a panel is at most {MAX_PANEL_BYTES} bytes"
        raise Unprocessable("invalid", detail, fields={f"{where}.artifact.n_bytes": str(artifact.n_bytes)})
    try:
        with open_blob(artifact.sha256) as file:
            Panel.model_validate_json(file.read(MAX_PANEL_BYTES + 1))
    except NotFound as error:
        raise Unprocessable("missing_blobs", error.detail, fields={artifact.name: error.detail}) from error
    except ValidationError as error:
        first = error.errors()[0]
        detail = f"{artifact.name} is not a panel: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise Unprocessable("invalid", detail, fields={f"{where}.artifact": detail}) from error


def drop_resume_states(shard: Shard, *, keep_newest: bool = False) -> None:
    states = shard.artifacts.filter(kind=Artifact.Kind.RESUME).order_by("-step", "-pk")
    outdated = list(states)[1 if keep_newest else 0 :]
    if not outdated:
        return
    Artifact.objects.filter(pk__in=[a.pk for a in outdated]).delete()
    forget_unreferenced([a.blob_id for a in outdated])
