"""The manifests: valid by the schemas of Kubernetes, and at one with each other and with the settings."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.architecture.source import ROOT

BASES = (ROOT / "deploy" / "kubernetes", ROOT / "deploy" / "broker")
CLUSTER = "1.33"
Manifest = dict[str, Any]


def manifests(*, secrets: bool = False) -> list[Manifest]:
    files = [path for base in BASES for path in sorted(base.glob("*.yaml")) if path.name != "kustomization.yaml"]
    wanted = [path for path in files if secrets or not path.name.startswith("secrets")]
    return [document for path in wanted for document in yaml.safe_load_all(path.read_text())]


def named(kind: str) -> dict[str, Manifest]:
    found = [manifest for manifest in manifests(secrets=True) if manifest["kind"] == kind]
    return {manifest["metadata"]["name"]: manifest for manifest in found}


def pods() -> dict[str, Manifest]:
    return {name: manifest["spec"]["template"]["spec"] for name, manifest in named("Deployment").items()}


@pytest.mark.parametrize("manifest", manifests(secrets=True), ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
def test_a_manifest_is_valid_by_the_published_schema(manifest: Manifest) -> None:
    if manifest["kind"] == "ScaledObject":
        pytest.skip("KEDA publishes no schema of it; the test below reads it")
    kubernetes_validate.validate(manifest, CLUSTER, strict=True)


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_the_kustomization_takes_every_file_but_the_secrets(base: Path) -> None:
    kustomization = yaml.safe_load((base / "kustomization.yaml").read_text())
    files = {path.name for path in base.glob("*.yaml")} - {"kustomization.yaml", "secrets.example.yaml"}
    assert {name for name in kustomization["resources"] if not name.startswith("..")} == files
    assert all((base / name).exists() for name in kustomization["resources"])
    for generated in kustomization.get("configMapGenerator", []):
        assert all((base / name).is_file() for name in generated["files"])


def test_workers_follow_the_queue_of_their_class() -> None:
    scaled = named("ScaledObject")
    assert set(scaled) == {name for name in named("Deployment") if name.startswith("worker-")}
    for name, manifest in scaled.items():
        [trigger] = manifest["spec"]["triggers"]
        hardware_class = name.removeprefix("worker-")
        assert manifest["spec"]["scaleTargetRef"] == {"name": name}
        for metric in ("queued_shards", "running_shards"):
            assert f'circuitboard_{metric}{{hardware_class="{hardware_class}"}}' in trigger["metadata"]["query"]


def test_jobs_run_once_and_never_twice_while_they_are_replaced() -> None:
    jobs = named("Deployment")["jobs"]["spec"]
    assert (jobs["replicas"], jobs["strategy"]["type"]) == (1, "Recreate")
    assert "jobs" not in named("HorizontalPodAutoscaler")


@pytest.mark.parametrize("name", sorted(pods()))
def test_a_pod_asks_for_resources_and_runs_without_rights(name: str) -> None:
    pod = pods()[name]
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert all("livenessProbe" in container for container in pod["containers"])


@pytest.mark.parametrize("name", sorted(pods()))
def test_what_a_pod_reads_is_defined(name: str) -> None:
    pod = pods()[name]
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        for source in container.get("envFrom", []):
            assert source["configMapRef"]["name"] in named("ConfigMap")
    for volume in pod["volumes"]:
        assert volume.get("secret", {}).get("secretName", "site-secrets") in named("Secret")
        assert volume.get("configMap", {}).get("name", "broker-start") == "broker-start"


def test_every_secret_file_that_a_setting_names_is_in_the_secret_of_its_pods() -> None:
    for part in ("site", "worker"):
        settings = named("ConfigMap")[f"{part}-settings"]["data"]
        files = {
            Path(value).name for name, value in settings.items() if name.endswith("_FILE") and "/secrets/" in value
        }
        assert files <= set(named("Secret")[f"{part}-secrets"]["stringData"])


def test_a_worker_reaches_the_site_and_the_broker_only() -> None:
    policy = named("NetworkPolicy")["worker"]["spec"]
    peers = [peer for rule in policy["egress"] for peer in rule["to"]]
    components = {peer["podSelector"]["matchLabels"]["component"] for peer in peers if "podSelector" in peer}
    assert components == {"web", "broker"} and "Egress" in policy["policyTypes"]
    assert "site-secrets" not in str(pods()["worker-cpu"]) + str(pods()["worker-gpu"])


def test_a_gpu_worker_is_placed_where_a_gpu_is() -> None:
    pod = pods()["worker-gpu"]
    assert pod["nodeSelector"] and pod["tolerations"]
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1


def test_no_secret_has_a_value() -> None:
    assert all(not any(secret["stringData"].values()) for secret in named("Secret").values())
