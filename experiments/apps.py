from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from experiments.evidence import ExperimentEvidence
        from problems.evidence import register_evidence

        register_evidence(ExperimentEvidence())
