import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("experiments", "0001_initial"),
        ("experiments", "0002_queue_by_person"),
        ("experiments", "0003_quotas_pauses_passes_retention"),
        ("experiments", "0004_instances_and_claim_keys"),
        ("experiments", "0005_cost_of_recipes"),
        ("experiments", "0006_large_shards_are_not_passed"),
        ("experiments", "0007_index_runs_of_recipe"),
        ("experiments", "0008_offered_since"),
        ("experiments", "0009_sweeps_over_kinds"),
        ("experiments", "0010_time_on_a_laptop"),
        ("experiments", "0011_rest_with_a_full_disk"),
        ("experiments", "0012_retry_storage_failures_later"),
        ("experiments", "0013_headlines"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("problems", "0001_squashed_0014_traits_in_a_plain_column"),
    ]

    operations = [
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("n_bytes", models.PositiveBigIntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "unnamed_since",
                    models.DateTimeField(
                        blank=True, db_index=True, help_text="when no artifact was first seen to name it", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DispatchPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hardware_class",
                    models.CharField(blank=True, choices=[("cpu", "cpu"), ("gpu", "gpu")], max_length=20),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("paused_at", models.DateTimeField(auto_now_add=True)),
                (
                    "paused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-paused_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hardware_class", ""), ("user__isnull", False)),
                            models.Q(models.Q(("hardware_class", ""), _negated=True), ("user", None)),
                            _connector="OR",
                        ),
                        name="pause_is_of_a_class_or_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None), models.Q(("hardware_class", ""), _negated=True)),
                        fields=("hardware_class",),
                        name="one_pause_in_force_per_class",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None), ("user__isnull", False)),
                        fields=("user",),
                        name="one_pause_in_force_per_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quota", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("running_shards", models.PositiveIntegerField(blank=True, null=True)),
                ("live_shards", models.PositiveIntegerField(blank=True, null=True)),
                ("device_seconds_per_week", models.PositiveBigIntegerField(blank=True, null=True)),
                ("stored_bytes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="SitePass",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("last_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("n_done", models.PositiveIntegerField(help_text="wake-ups sent, shards taken back, rows removed")),
                ("n_done_in_all", models.PositiveBigIntegerField(default=0)),
                (
                    "failed",
                    models.CharField(
                        blank=True, help_text="why the last pass broke off; empty if it did not", max_length=300
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SubmittedRecipe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recipes", to="problems.problem"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="recipes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("toml", models.TextField()),
                ("resolved", models.JSONField()),
                ("digest", models.CharField(db_index=True, max_length=64)),
                (
                    "vocabulary",
                    models.CharField(blank=True, help_text="digest of the vocabulary it was written in", max_length=64),
                ),
                ("preset", models.CharField(blank=True, help_text="file name of a shipped recipe", max_length=120)),
                ("size", models.CharField(blank=True, choices=[("laptop", "laptop"), ("full", "full")], max_length=20)),
                (
                    "laptop_seconds",
                    models.FloatField(blank=True, help_text="what one run takes on a laptop, about", null=True),
                ),
                (
                    "laptop_rests_on",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("measurement", "measured"),
                            ("run", "as its last run here took"),
                            ("estimate", "estimated"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "forked_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="forks",
                        to="experiments.submittedrecipe",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["problem", "-created_at"], name="experiments_problem_f65f53_idx"),
                    models.Index(fields=["size", "laptop_seconds", "problem"], name="recipes_by_size_and_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("preset", ""), _negated=True),
                        fields=("preset",),
                        name="one_recipe_per_preset",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recipe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="experiments.submittedrecipe",
                    ),
                ),
                (
                    "submitter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("finishing", "finishing"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        db_index=True,
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_requested_at", models.DateTimeField(blank=True, null=True)),
                (
                    "pinned_at",
                    models.DateTimeField(blank=True, help_text="its owner wants every checkpoint kept", null=True),
                ),
                (
                    "thinned_at",
                    models.DateTimeField(blank=True, help_text="when its checkpoints were thinned out", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["submitter", "state"], name="experiments_submitt_7cfa1d_idx"),
                    models.Index(fields=["-created_at"], name="experiments_created_82554c_idx"),
                    models.Index(fields=["recipe", "state", "id"], name="runs_of_recipe"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="usage", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("decayed_seconds", models.FloatField(default=0.0, help_text="as of `as_of`")),
                ("as_of", models.DateTimeField()),
                ("total_seconds", models.FloatField(default=0.0)),
            ],
        ),
        migrations.CreateModel(
            name="WorkerToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="worker_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=100)),
                (
                    "hardware_class",
                    models.CharField(
                        choices=[("any", "any"), ("cpu", "cpu"), ("gpu", "gpu")], default="any", max_length=20
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Headline",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="headline",
                        serialize=False,
                        to="experiments.run",
                    ),
                ),
                ("name", models.CharField(help_text="of what was measured, such as test accuracy", max_length=80)),
                (
                    "points",
                    models.JSONField(help_text="step and median over the seeds; none where nothing was measured"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workers",
                        to="experiments.workertoken",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "instance",
                    models.CharField(
                        blank=True, help_text="which start of the process last had this name", max_length=64
                    ),
                ),
                ("hardware_class", models.CharField(max_length=20)),
                ("device", models.CharField(max_length=200)),
                ("slots", models.PositiveIntegerField()),
                ("busy_slots", models.PositiveIntegerField(default=0)),
                ("memory_bytes", models.PositiveBigIntegerField()),
                ("flops_per_second", models.FloatField()),
                ("engine_digest", models.CharField(max_length=64)),
                (
                    "vocabulary",
                    models.CharField(blank=True, help_text="digest of the recipe vocabulary it reads", max_length=64),
                ),
                ("environment", models.JSONField(default=dict)),
                ("stopping", models.BooleanField(default=False)),
                ("disk_full", models.BooleanField(default=False, help_text="it rests until there is room again")),
                (
                    "drain_requested_at",
                    models.DateTimeField(blank=True, help_text="its owner wants it to take nothing new", null=True),
                ),
                ("kept_free_since", models.DateTimeField(blank=True, null=True)),
                ("first_seen", models.DateTimeField(auto_now_add=True)),
                ("last_seen", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Shard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shards", to="experiments.run"
                    ),
                ),
                (
                    "submitter",
                    models.ForeignKey(
                        db_index=False,
                        help_text="that of the run, here as well so that the dispatcher finds a person's next shard in one index",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("index", models.PositiveIntegerField()),
                ("point", models.PositiveIntegerField(default=0, help_text="index of the grid point")),
                ("overrides", models.JSONField(default=dict, help_text="dotted field -> value at this grid point")),
                ("seeds", models.JSONField()),
                ("steps", models.PositiveIntegerField(help_text="training steps in all")),
                ("flops", models.FloatField(default=0.0, help_text="arithmetic in all, from its budget")),
                ("memory_bytes", models.PositiveBigIntegerField(default=0, help_text="at its peak, from its budget")),
                (
                    "artifact_bytes",
                    models.PositiveBigIntegerField(default=0, help_text="of its checkpoints, from its budget"),
                ),
                (
                    "hardware_class",
                    models.CharField(
                        choices=[("any", "any"), ("cpu", "cpu"), ("gpu", "gpu")], default="any", max_length=20
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("finishing", "finishing"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                (
                    "epoch",
                    models.PositiveIntegerField(default=0, help_text="raised by each claim; older ones are refused"),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "dispatched_at",
                    models.DateTimeField(blank=True, help_text="when the last wake-up was sent", null=True),
                ),
                (
                    "offered_since",
                    models.DateTimeField(
                        blank=True, help_text="since when wake-ups are sent, none answered", null=True
                    ),
                ),
                (
                    "dispatched_to",
                    models.CharField(blank=True, help_text="the hardware class it was sent to", max_length=20),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="shards",
                        to="experiments.worker",
                    ),
                ),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("queued_at", models.DateTimeField(auto_now_add=True)),
                ("not_before", models.DateTimeField(blank=True, help_text="offered to nobody until then", null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("step", models.PositiveIntegerField(default=0)),
                ("phase", models.CharField(blank=True, max_length=20)),
                ("seconds_left", models.FloatField(blank=True, null=True)),
                ("device_use", models.FloatField(blank=True, null=True)),
                ("device_seconds", models.FloatField(default=0.0)),
                ("failure", models.CharField(blank=True, max_length=20)),
                ("failure_message", models.TextField(blank=True)),
                ("failure_hint", models.TextField(blank=True)),
                ("traceback", models.TextField(blank=True)),
                ("expectations", models.JSONField(default=list, help_text="ScoredExpectation of each seed")),
                ("engine_digest", models.CharField(blank=True, max_length=64)),
                ("environment", models.JSONField(default=dict)),
                ("environment_digest", models.CharField(blank=True, max_length=64)),
                ("hardware", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["run", "index"],
                "indexes": [
                    models.Index(fields=["run", "state", "index"], name="experiments_run_id_24b18f_idx"),
                    models.Index(fields=["state", "lease_until"], name="experiments_state_d58aa5_idx"),
                    models.Index(fields=["state", "dispatched_at"], name="experiments_state_de8249_idx"),
                    models.Index(fields=["submitter", "state"], name="experiments_submitt_db6315_idx"),
                    models.Index(
                        fields=["state", "hardware_class", "submitter", "run", "index"], name="shards_in_queue_order"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("run", "index"), name="one_shard_per_index")],
            },
        ),
        migrations.CreateModel(
            name="LastValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="last_values", to="experiments.shard"
                    ),
                ),
                ("seed", models.PositiveBigIntegerField()),
                ("measure", models.CharField(max_length=40)),
                ("split", models.CharField(blank=True, max_length=20)),
                ("component", models.CharField(blank=True, max_length=80)),
                ("step", models.PositiveIntegerField()),
                ("value", models.FloatField(help_text="empty when it was not finite", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shard", "seed", "measure", "split", "component"), name="one_last_value_per_series"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leases", to="experiments.shard"
                    ),
                ),
                ("epoch", models.PositiveIntegerField()),
                (
                    "worker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leases",
                        to="experiments.worker",
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "claim_key",
                    models.CharField(
                        blank=True, help_text="what the worker asked with, to be told again", max_length=64
                    ),
                ),
                (
                    "resume_step",
                    models.PositiveIntegerField(
                        help_text="the step it went on from; empty for a fresh start", null=True
                    ),
                ),
                ("next_seq", models.PositiveIntegerField(default=0, help_text="number of the next batch of events")),
                ("granted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                            ("lost", "worker lost"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "charged_seconds",
                    models.FloatField(default=0.0, help_text="device time the person pays; 0 where the site failed"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["ended_at"], name="experiments_ended_a_282aa0_idx")],
                "constraints": [models.UniqueConstraint(fields=("shard", "epoch"), name="one_lease_per_epoch")],
            },
        ),
        migrations.CreateModel(
            name="MeasurementChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="experiments.shard"
                    ),
                ),
                ("epoch", models.PositiveIntegerField()),
                ("seq", models.PositiveIntegerField()),
                (
                    "part",
                    models.PositiveIntegerField(default=0, help_text="position among the measurements of its batch"),
                ),
                ("first_step", models.PositiveIntegerField()),
                ("last_step", models.PositiveIntegerField()),
                ("n_rows", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "ordering": ["shard", "epoch", "seq", "part"],
                "constraints": [
                    models.UniqueConstraint(fields=("shard", "epoch", "seq", "part"), name="one_chunk_per_batch_part")
                ],
            },
        ),
        migrations.CreateModel(
            name="RunEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="experiments.run"
                    ),
                ),
                (
                    "shard",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="experiments.shard",
                    ),
                ),
                ("kind", models.CharField(choices=[("state", "change of state"), ("log", "log line")], max_length=10)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "worker_clock",
                    models.CharField(
                        blank=True, help_text="when a log line was written, as the worker says", max_length=40
                    ),
                ),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("old_state", models.CharField(blank=True, max_length=12)),
                ("new_state", models.CharField(blank=True, max_length=12)),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["run", "id"], name="experiments_run_id_1ef9f9_idx")],
            },
        ),
        migrations.CreateModel(
            name="Artifact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="artifacts", to="experiments.shard"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("checkpoint", "checkpoint"),
                            ("panel", "panel"),
                            ("resume", "resume state"),
                            ("log", "log"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="artifacts", to="experiments.blob"
                    ),
                ),
                ("seed", models.PositiveBigIntegerField(blank=True, null=True)),
                ("step", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["shard", "kind", "seed", "step", "name"],
                "indexes": [
                    models.Index(fields=["shard", "kind", "seed", "step"], name="experiments_shard_i_744da8_idx")
                ],
                "constraints": [models.UniqueConstraint(fields=("shard", "name"), name="one_artifact_per_name")],
            },
        ),
        migrations.AddField(
            model_name="worker",
            name="kept_free_for",
            field=models.ForeignKey(
                blank=True,
                help_text="found no room here",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="experiments.shard",
            ),
        ),
        migrations.AddConstraint(
            model_name="worker",
            constraint=models.UniqueConstraint(fields=("token", "name"), name="one_worker_per_name"),
        ),
    ]
