import datetime

import django.contrib.auth.models
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

MAKE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE {table} USING"
        " fts5(statement, subject, work, discussion, tokenize = 'unicode61', prefix = '1 2 3')",
    ],
    "postgresql": [
        "CREATE TABLE {table} (id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX {table}_words ON {table} USING gin (words)",
    ],
}
TABLES = ("problems_search", "ideas_search")


def make_indexes(apps, schema_editor):
    for table in TABLES:
        for statement in MAKE[schema_editor.connection.vendor]:
            schema_editor.execute(statement.format(table=table))


def drop_indexes(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    replaces = [
        ("problems", "0001_initial"),
        ("problems", "0002_follow_discuss_moderate"),
        ("problems", "0003_mail_about_claims"),
        ("problems", "0004_propose_merge_limit"),
        ("problems", "0005_list_and_search"),
        ("problems", "0006_search_words"),
        ("problems", "0007_about_a_person"),
        ("problems", "0008_exports"),
        ("problems", "0009_index_traits"),
        ("problems", "0010_lines_of_an_import"),
        ("problems", "0011_index_what_waits"),
        ("problems", "0012_standing_elsewhere"),
        ("problems", "0013_findings_and_subcategories_on_the_list"),
        ("problems", "0014_traits_in_a_plain_column"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="the limit and whom it counts", max_length=100, unique=True)),
                ("began_at", models.DateTimeField(db_index=True)),
                ("used", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120, unique=True)),
                ("motivation", models.TextField(blank=True, help_text="why these problems matter, in our own words")),
                ("tips", models.TextField(blank=True, help_text="what to know before starting; one tip a line")),
                ("imported", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "This handle is taken."},
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_.-]*\\Z",
                                "A handle has letters, digits, '.', '_' and '-', and begins with a letter or digit.",
                            )
                        ],
                        verbose_name="handle",
                    ),
                ),
                ("display_name", models.CharField(blank=True, max_length=80)),
                ("role", models.CharField(blank=True, help_text="such as student or research engineer", max_length=80)),
                ("about", models.TextField(blank=True, help_text="Markdown; $...$ is maths", max_length=2000)),
                ("is_verified_expert", models.BooleanField(default=False)),
                ("is_curator", models.BooleanField(default=False, help_text="may edit the catalogue")),
                ("is_trusted", models.BooleanField(default=False, help_text="what they add needs no approval")),
                (
                    "recorded_standing",
                    models.CharField(
                        blank=True,
                        choices=[("new", "new member"), ("trusted", "trusted member"), ("curator", "curator")],
                        editable=False,
                        help_text="what the archive this account was read from called them; it is shown and gives no rights",
                        max_length=8,
                    ),
                ),
                (
                    "wants_claim_mail",
                    models.BooleanField(
                        default=True,
                        help_text="when others claim the same problem, and when a claim goes quiet",
                        verbose_name="mail about claims",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        choices=[("never", "never"), ("daily", "each day"), ("weekly", "each week")],
                        default="never",
                        max_length=6,
                        verbose_name="e-mail digest",
                    ),
                ),
                ("digest_sent_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("activity_read_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "feed_token",
                    models.CharField(
                        blank=True, editable=False, help_text="opens the person's own feed", max_length=64
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"), name="one_person_per_handle"
                    )
                ],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="problems", to="problems.category"
                    ),
                ),
                ("index", models.PositiveIntegerField(help_text="position within the category")),
                ("number", models.CharField(max_length=12, unique=True)),
                ("subcategory", models.CharField(blank=True, max_length=120)),
                ("statement", models.TextField()),
                (
                    "difficulty_low",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "difficulty_high",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "difficulty_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("post", "the post"),
                            ("sheet", "the original spreadsheet"),
                            ("coda", "the Coda table"),
                            ("curator", "a curator"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "difficulty_note",
                    models.TextField(blank=True, help_text="what is unusual or disputed about the letter"),
                ),
                (
                    "starred",
                    models.BooleanField(blank=True, help_text="starred in the source; empty when not known", null=True),
                ),
                (
                    "sources",
                    models.CharField(
                        blank=True, help_text="where the problem was read, such as coda;post-5", max_length=80
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="it was a duplicate",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="problems.problem",
                    ),
                ),
                (
                    "literature_checked_on",
                    models.DateField(blank=True, help_text="when existing work was last looked for", null=True),
                ),
                (
                    "imported",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="the values last loaded from the data files; what differs was curated",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("see_also", models.ManyToManyField(blank=True, related_name="seen_from", to="problems.problem")),
            ],
            options={
                "ordering": ["category_id", "index"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("approval", "pending")), fields=["approval"], name="problem_pending"
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="problem_merged",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("category", "index"), name="one_problem_per_index"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "number",
                                django.db.models.functions.text.Concat(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("category_id"), models.CharField()
                                    ),
                                    models.Value("."),
                                    django.db.models.functions.comparison.Cast(models.F("index"), models.CharField()),
                                    output_field=models.CharField(),
                                ),
                            )
                        ),
                        name="number_is_category_and_index",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("difficulty_high", ""), ("difficulty_low", "")),
                            models.Q(
                                ("difficulty_high__in", ("A", "B", "C", "D")),
                                ("difficulty_low__in", ("A", "B", "C", "D")),
                                ("difficulty_low__lte", models.F("difficulty_high")),
                            ),
                            _connector="OR",
                        ),
                        name="difficulty_is_a_range_or_unknown",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("json", "everything, JSON"), ("csv", "the list of problems, CSV")], max_length=4
                    ),
                ),
                ("made_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("n_bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("n_problems", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["-made_on", "-kind"],
                "constraints": [models.UniqueConstraint(fields=("made_on", "kind"), name="one_export_a_day_and_kind")],
            },
        ),
        migrations.CreateModel(
            name="Idea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                ("title", models.CharField(max_length=200, unique=True)),
                ("summary", models.TextField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("open-ended", "Open-ended"), ("hypothesis", "Hypothesis")], max_length=12
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("taken-up", "Taken up"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "originator",
                    models.CharField(blank=True, help_text="who had the idea, if not the submitter", max_length=120),
                ),
                ("originator_role", models.CharField(blank=True, max_length=80)),
                ("originator_is_verified_expert", models.BooleanField(default=False)),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="duplicates",
                        to="problems.idea",
                    ),
                ),
                ("imported", models.JSONField(default=dict, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("related_problems", models.ManyToManyField(blank=True, related_name="ideas", to="problems.problem")),
            ],
            options={
                "ordering": ["pk"],
                "abstract": False,
                "indexes": [
                    models.Index(condition=models.Q(("approval", "pending")), fields=["approval"], name="idea_pending")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalIdea",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                ("title", models.CharField(db_index=True, max_length=200)),
                ("summary", models.TextField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("open-ended", "Open-ended"), ("hypothesis", "Hypothesis")], max_length=12
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("taken-up", "Taken up"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "originator",
                    models.CharField(blank=True, help_text="who had the idea, if not the submitter", max_length=120),
                ),
                ("originator_role", models.CharField(blank=True, max_length=80)),
                ("originator_is_verified_expert", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(blank=True, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="problems.idea",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical idea",
                "verbose_name_plural": "historical ideas",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ListEntry",
            fields=[
                (
                    "problem",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="entry",
                        serialize=False,
                        to="problems.problem",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="problems.category",
                    ),
                ),
                ("index", models.PositiveIntegerField()),
                ("subcategory", models.CharField(blank=True, max_length=120)),
                ("difficulty_low", models.CharField(blank=True, max_length=1)),
                ("difficulty_high", models.CharField(blank=True, max_length=1)),
                ("place_from_easiest", models.PositiveSmallIntegerField(default=0)),
                ("place_from_hardest", models.PositiveSmallIntegerField(default=0)),
                ("starred", models.BooleanField(null=True)),
                (
                    "reported",
                    models.CharField(
                        blank=True, help_text="its status, if that rests on more than claims", max_length=16
                    ),
                ),
                (
                    "claimed_at",
                    models.DateTimeField(
                        default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC),
                        help_text="when somebody who holds a claim was last active",
                    ),
                ),
                (
                    "n_claims",
                    models.PositiveIntegerField(default=0, help_text="ever made, lapsed and imported ones too"),
                ),
                ("n_references", models.PositiveIntegerField(default=0)),
                ("n_wishes", models.PositiveIntegerField(default=0, help_text="open calls for help")),
                ("n_predictions", models.PositiveIntegerField(default=0)),
                ("n_comments", models.PositiveIntegerField(default=0)),
                ("n_recipes", models.PositiveIntegerField(default=0)),
                ("n_laptop_recipes", models.PositiveIntegerField(default=0)),
                ("n_runs", models.PositiveIntegerField(default=0)),
                ("n_succeeded_runs", models.PositiveIntegerField(default=0)),
                ("n_findings", models.PositiveIntegerField(default=0)),
                ("n_reproduced_findings", models.PositiveIntegerField(default=0)),
                ("n_contested_findings", models.PositiveIntegerField(default=0)),
                ("traits", models.IntegerField(editable=False)),
            ],
            options={
                "ordering": ["category_id", "index"],
                "indexes": [
                    models.Index(fields=["category", "index"], name="list_by_number"),
                    models.Index(fields=["subcategory", "category", "traits", "claimed_at"], name="list_tally"),
                    models.Index(fields=["traits", "claimed_at"], name="list_by_traits"),
                    models.Index(fields=["place_from_easiest", "category", "index"], name="list_by_easiest"),
                    models.Index(fields=["place_from_hardest", "category", "index"], name="list_by_hardest"),
                    models.Index(fields=["-claimed_at", "category", "index", "traits"], name="list_by_activity"),
                    models.Index(fields=["-n_runs", "category", "index"], name="list_by_runs"),
                    models.Index(fields=["reported", "category", "index"], name="list_by_reported"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "traits",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            django.db.models.expressions.CombinedExpression(
                                                                django.db.models.expressions.CombinedExpression(
                                                                    django.db.models.expressions.CombinedExpression(
                                                                        models.Value(0),
                                                                        "+",
                                                                        models.Case(
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "A"),
                                                                                    ("difficulty_low", "A"),
                                                                                ),
                                                                                then=models.Value(1),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "B"),
                                                                                    ("difficulty_low", "A"),
                                                                                ),
                                                                                then=models.Value(2),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "C"),
                                                                                    ("difficulty_low", "A"),
                                                                                ),
                                                                                then=models.Value(3),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "D"),
                                                                                    ("difficulty_low", "A"),
                                                                                ),
                                                                                then=models.Value(4),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "B"),
                                                                                    ("difficulty_low", "B"),
                                                                                ),
                                                                                then=models.Value(5),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "C"),
                                                                                    ("difficulty_low", "B"),
                                                                                ),
                                                                                then=models.Value(6),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "D"),
                                                                                    ("difficulty_low", "B"),
                                                                                ),
                                                                                then=models.Value(7),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "C"),
                                                                                    ("difficulty_low", "C"),
                                                                                ),
                                                                                then=models.Value(8),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "D"),
                                                                                    ("difficulty_low", "C"),
                                                                                ),
                                                                                then=models.Value(9),
                                                                            ),
                                                                            models.When(
                                                                                models.Q(
                                                                                    ("difficulty_high", "D"),
                                                                                    ("difficulty_low", "D"),
                                                                                ),
                                                                                then=models.Value(10),
                                                                            ),
                                                                            default=models.Value(0),
                                                                            output_field=models.IntegerField(),
                                                                        ),
                                                                    ),
                                                                    "+",
                                                                    models.Case(
                                                                        models.When(
                                                                            models.Q(("starred", True)),
                                                                            then=models.Value(11),
                                                                        ),
                                                                        models.When(
                                                                            models.Q(("starred", False)),
                                                                            then=models.Value(22),
                                                                        ),
                                                                        default=models.Value(0),
                                                                        output_field=models.IntegerField(),
                                                                    ),
                                                                ),
                                                                "+",
                                                                models.Case(
                                                                    models.When(
                                                                        models.Q(("reported", "result-reported")),
                                                                        then=models.Value(33),
                                                                    ),
                                                                    models.When(
                                                                        models.Q(("reported", "reproduced")),
                                                                        then=models.Value(66),
                                                                    ),
                                                                    models.When(
                                                                        models.Q(("reported", "contested")),
                                                                        then=models.Value(99),
                                                                    ),
                                                                    models.When(
                                                                        models.Q(("reported", "resolved")),
                                                                        then=models.Value(132),
                                                                    ),
                                                                    default=models.Value(0),
                                                                    output_field=models.IntegerField(),
                                                                ),
                                                            ),
                                                            "+",
                                                            models.Case(
                                                                models.When(
                                                                    models.Q(("n_claims__gt", 0)),
                                                                    then=models.Value(165),
                                                                ),
                                                                default=models.Value(0),
                                                                output_field=models.IntegerField(),
                                                            ),
                                                        ),
                                                        "+",
                                                        models.Case(
                                                            models.When(
                                                                models.Q(("n_references__gt", 0)),
                                                                then=models.Value(330),
                                                            ),
                                                            default=models.Value(0),
                                                            output_field=models.IntegerField(),
                                                        ),
                                                    ),
                                                    "+",
                                                    models.Case(
                                                        models.When(
                                                            models.Q(("n_wishes__gt", 0)), then=models.Value(660)
                                                        ),
                                                        default=models.Value(0),
                                                        output_field=models.IntegerField(),
                                                    ),
                                                ),
                                                "+",
                                                models.Case(
                                                    models.When(
                                                        models.Q(("n_laptop_recipes", 0), ("n_recipes__gt", 0)),
                                                        then=models.Value(1320),
                                                    ),
                                                    models.When(
                                                        models.Q(("n_laptop_recipes__gt", 0), ("n_recipes__gt", 0)),
                                                        then=models.Value(2640),
                                                    ),
                                                    default=models.Value(0),
                                                    output_field=models.IntegerField(),
                                                ),
                                            ),
                                            "+",
                                            models.Case(
                                                models.When(
                                                    models.Q(("n_runs__gt", 0), ("n_succeeded_runs", 0)),
                                                    then=models.Value(3960),
                                                ),
                                                models.When(
                                                    models.Q(("n_runs__gt", 0), ("n_succeeded_runs__gt", 0)),
                                                    then=models.Value(7920),
                                                ),
                                                default=models.Value(0),
                                                output_field=models.IntegerField(),
                                            ),
                                        ),
                                        "+",
                                        models.Case(
                                            models.When(models.Q(("n_predictions__gt", 0)), then=models.Value(11880)),
                                            default=models.Value(0),
                                            output_field=models.IntegerField(),
                                        ),
                                    ),
                                    "+",
                                    models.Case(
                                        models.When(models.Q(("n_comments__gt", 0)), then=models.Value(23760)),
                                        default=models.Value(0),
                                        output_field=models.IntegerField(),
                                    ),
                                ),
                            )
                        ),
                        name="list_traits_are_true",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalReference",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("paper", "Paper"), ("post", "Post"), ("code", "Code"), ("draft", "Draft")],
                        max_length=8,
                    ),
                ),
                (
                    "sign",
                    models.CharField(
                        choices=[
                            ("positive", "positive result"),
                            ("negative", "negative result"),
                            ("mixed", "mixed result"),
                            ("unknown", "result not stated"),
                        ],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(blank=True, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="problems.problem",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical reference",
                "verbose_name_plural": "historical references",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProblem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                ("index", models.PositiveIntegerField(help_text="position within the category")),
                ("number", models.CharField(db_index=True, max_length=12)),
                ("subcategory", models.CharField(blank=True, max_length=120)),
                ("statement", models.TextField()),
                (
                    "difficulty_low",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "difficulty_high",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "difficulty_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("post", "the post"),
                            ("sheet", "the original spreadsheet"),
                            ("coda", "the Coda table"),
                            ("curator", "a curator"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "difficulty_note",
                    models.TextField(blank=True, help_text="what is unusual or disputed about the letter"),
                ),
                (
                    "starred",
                    models.BooleanField(blank=True, help_text="starred in the source; empty when not known", null=True),
                ),
                (
                    "sources",
                    models.CharField(
                        blank=True, help_text="where the problem was read, such as coda;post-5", max_length=80
                    ),
                ),
                (
                    "literature_checked_on",
                    models.DateField(blank=True, help_text="when existing work was last looked for", null=True),
                ),
                ("created_at", models.DateTimeField(blank=True, editable=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="problems.category",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="it was a duplicate",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="problems.problem",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical problem",
                "verbose_name_plural": "historical problems",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HelpWanted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="help_wanted", to="problems.problem"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("collaborator", "collaborators"), ("mentor", "a mentor")], max_length=12
                    ),
                ),
                ("text", models.TextField(help_text="what help, in a sentence or two")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "help wanted",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("approval", "pending")), fields=["approval"], name="helpwanted_pending"
                    ),
                    models.Index(
                        condition=models.Q(("closed_at", None)), fields=["-created_at"], name="help_newest_open"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CuratorAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("edited", "edited"),
                            ("added", "added"),
                            ("split", "split into parts"),
                            ("merged", "merged a duplicate"),
                            ("incorporated", "took comments into the statement"),
                            ("resolved", "resolved"),
                            ("reopened", "took a resolution back"),
                            ("imported", "imported a list"),
                            ("trusted", "changed somebody's standing"),
                            ("paused", "paused"),
                            ("resumed", "let go on"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "curator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="curator_acts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="curator_acts",
                        to="problems.problem",
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("subject", models.CharField(help_text="what it was done to, in words", max_length=300)),
                ("url", models.CharField(blank=True, help_text="where it can be seen", max_length=300)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="problems.problem",
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="problems.idea",
                    ),
                ),
                (
                    "answers",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answered_by",
                        to="problems.comment",
                    ),
                ),
                ("body", models.TextField(help_text="Markdown; $...$ is maths")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, help_text="taken back by its author or by a curator", null=True),
                ),
                (
                    "taken_in_by",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="the history id of the revision of the statement that took it in",
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("approval", "pending")), fields=["approval"], name="comment_pending"
                    ),
                    models.Index(fields=["problem", "created_at"], name="problems_co_problem_f7f19a_idx"),
                    models.Index(fields=["idea", "created_at"], name="problems_co_idea_id_e9dc5f_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("idea", None), ("problem__isnull", False)),
                            models.Q(("idea__isnull", False), ("problem", None)),
                            _connector="OR",
                        ),
                        name="a_comment_is_on_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Backlog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="backlog", to="problems.problem"
                    ),
                ),
                ("runs_taken_in_until", models.DateTimeField()),
                (
                    "revision",
                    models.PositiveBigIntegerField(help_text="the history id of the revision that took them in"),
                ),
                (
                    "cleared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cleared_backlogs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="problems.problem"
                    ),
                ),
                ("number", models.CharField(db_index=True, max_length=40)),
                ("source", models.CharField(help_text="who uses that number, such as post-5", max_length=40)),
            ],
            options={
                "verbose_name_plural": "aliases",
                "ordering": ["problem", "source"],
                "constraints": [
                    models.UniqueConstraint(fields=("problem", "number", "source"), name="one_alias_per_source")
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("claimed", "claimed"),
                            ("released", "released a claim"),
                            ("noted", "reported progress"),
                            ("commented", "commented"),
                            ("reference", "added existing work"),
                            ("help-wanted", "asked for help"),
                            ("idea", "proposed an idea"),
                            ("problem", "added a problem"),
                            ("revised", "revised the statement"),
                            ("status", "status changed"),
                            ("run", "ran an experiment"),
                            ("finding", "reported a finding"),
                            ("imported", "imported a list"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activity",
                        to="problems.problem",
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activity",
                        to="problems.idea",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="activity",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.CharField(blank=True, help_text="what happened, without who and where", max_length=300),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="path of the page, with the fragment of the place on it", max_length=300
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "is_of_import",
                    models.BooleanField(default=False, help_text="one of many; a line of its own tells of the import"),
                ),
            ],
            options={
                "verbose_name_plural": "activity",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="problems_ac_at_af51d6_idx"),
                    models.Index(fields=["problem", "-at"], name="problems_ac_problem_e7d5e0_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "duplicate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_away", to="problems.problem"
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_in", to="problems.problem"
                    ),
                ),
                (
                    "moved",
                    models.JSONField(
                        default=dict, help_text="keys of the rows that moved, by the name of their relation"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "merged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merges",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("merged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-merged_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("duplicate",),
                        name="one_standing_merge_per_duplicate",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="problems.problem"
                    ),
                ),
                (
                    "letter",
                    models.CharField(
                        max_length=1,
                        validators=[django.core.validators.RegexValidator("^[a-z]\\Z", "One letter from a to z.")],
                    ),
                ),
                ("statement", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["problem", "letter"],
                "constraints": [models.UniqueConstraint(fields=("problem", "letter"), name="one_part_per_letter")],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="problems.problem"
                    ),
                ),
                (
                    "claimant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("plan", models.TextField(blank=True)),
                ("expected_on", models.DateField(blank=True, help_text="when a first result is expected", null=True)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_activity_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "over_cap_reason",
                    models.TextField(
                        blank=True, help_text="why a new account holds more fresh claims than its cap allows"
                    ),
                ),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, help_text="of the present silence; empty once active", null=True),
                ),
                (
                    "is_imported",
                    models.BooleanField(
                        default=False, help_text="made before this site, read from the published table"
                    ),
                ),
                (
                    "imported_name",
                    models.CharField(blank=True, help_text="who made it, as written in the table", max_length=120),
                ),
                ("imported_text", models.TextField(blank=True, help_text="date and remark as read in the table")),
                (
                    "date_precision",
                    models.CharField(
                        choices=[("day", "day"), ("month", "month"), ("year", "year")], default="day", max_length=5
                    ),
                ),
                ("parts", models.ManyToManyField(blank=True, related_name="claims", to="problems.part")),
            ],
            options={
                "ordering": ["-last_activity_at", "-pk"],
                "indexes": [
                    models.Index(fields=["problem", "-last_activity_at"], name="problems_cl_problem_f3beec_idx"),
                    models.Index(fields=["-last_activity_at"], name="problems_cl_last_ac_401eb9_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("problem", "claimant"), name="one_claim_per_person_and_problem"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_imported", True)),
                        fields=("problem", "imported_name"),
                        name="one_imported_claim_per_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimant", None), ("is_imported", True)),
                            models.Q(("imported_name", ""), ("is_imported", False)),
                            _connector="OR",
                        ),
                        name="a_claim_is_imported_or_made_here",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_imported", True), models.Q(("plan", ""), _negated=True), _connector="OR"
                        ),
                        name="a_claim_has_a_plan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="problems.claim"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("claimed", "claimed"),
                            ("changed", "changed the plan"),
                            ("resumed", "resumed"),
                            ("noted", "wrote a note"),
                            ("released", "released"),
                            ("reminded", "was reminded"),
                            ("kept", "said: still on it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True, help_text="the plan at that time, or the note")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Prediction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="predictions", to="problems.problem"
                    ),
                ),
                ("text", models.TextField()),
                ("predicted_by", models.CharField(max_length=120)),
                (
                    "predicted_on",
                    models.DateField(blank=True, help_text="empty when the source gives no date", null=True),
                ),
                ("source", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["problem", "predicted_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("problem", "predicted_by", "text"), name="one_such_prediction")
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="problems.category"
                    ),
                ),
                ("subcategory", models.CharField(blank=True, max_length=120)),
                ("statement", models.TextField()),
                (
                    "difficulty_low",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "difficulty_high",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")], max_length=1
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="where the problem comes from, if not from you", max_length=300
                    ),
                ),
                (
                    "problem",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposal",
                        to="problems.problem",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("approval", "pending")), fields=["approval"], name="proposal_pending"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="added_%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("pending", "awaiting approval"), ("approved", "approved"), ("rejected", "rejected")],
                        default="approved",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "rejection_reason",
                    models.TextField(blank=True, editable=False, help_text="read by the author and by curators"),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="references", to="problems.problem"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("paper", "Paper"), ("post", "Post"), ("code", "Code"), ("draft", "Draft")],
                        max_length=8,
                    ),
                ),
                (
                    "sign",
                    models.CharField(
                        choices=[
                            ("positive", "positive result"),
                            ("negative", "negative result"),
                            ("mixed", "mixed result"),
                            ("unknown", "result not stated"),
                        ],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("note", models.TextField(blank=True)),
                ("imported", models.JSONField(default=dict, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["problem", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("approval", "pending")), fields=["approval"], name="reference_pending"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("problem", "title"), name="one_reference_per_title")],
            },
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="resolutions", to="problems.problem"
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resolutions",
                        to="problems.part",
                    ),
                ),
                ("run", models.PositiveBigIntegerField(help_text="the number of the run that shows it")),
                ("reason", models.TextField(help_text="what was found, in a sentence or two")),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="resolutions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawal_reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-signed_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("part", None), ("withdrawn_at", None)),
                        fields=("problem",),
                        name="one_resolution_per_problem",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("part__isnull", False), ("withdrawn_at", None)),
                        fields=("part",),
                        name="one_resolution_per_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                ("kind", models.CharField(max_length=80)),
                ("summary", models.TextField()),
                ("facts", models.TextField(blank=True)),
                ("sources", models.CharField(blank=True, max_length=80)),
                (
                    "main_category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="main_resources",
                        to="problems.category",
                    ),
                ),
                ("imported", models.JSONField(default=dict, editable=False)),
                ("categories", models.ManyToManyField(related_name="resources", to="problems.category")),
            ],
            options={
                "ordering": ["main_category", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(help_text="the canonical query string of the list", max_length=1000)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="one_saved_filter_per_name")],
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="problems.problem",
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("open", "Open"),
                            ("being-worked-on", "Being worked on"),
                            ("result-reported", "Result reported"),
                            ("reproduced", "Reproduced"),
                            ("contested", "Contested"),
                            ("resolved", "Resolved"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("being-worked-on", "Being worked on"),
                            ("result-reported", "Result reported"),
                            ("reproduced", "Reproduced"),
                            ("contested", "Contested"),
                            ("resolved", "Resolved"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="status_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["problem", "-at"], name="problems_st_problem_75a940_idx")],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="problems.problem",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="problems.category",
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="problems.idea",
                    ),
                ),
                (
                    "saved_filter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="problems.savedfilter",
                    ),
                ),
                (
                    "is_muted",
                    models.BooleanField(
                        default=False, help_text="left on purpose: touching it again does not renew it"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "problem"), name="one_subscription_per_problem"),
                    models.UniqueConstraint(fields=("user", "category"), name="one_subscription_per_category"),
                    models.UniqueConstraint(fields=("user", "idea"), name="one_subscription_per_idea"),
                    models.UniqueConstraint(fields=("user", "saved_filter"), name="one_subscription_per_saved_filter"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("category", None), ("idea", None), ("problem__isnull", False), ("saved_filter", None)
                            ),
                            models.Q(
                                ("category__isnull", False), ("idea", None), ("problem", None), ("saved_filter", None)
                            ),
                            models.Q(
                                ("category", None), ("idea__isnull", False), ("problem", None), ("saved_filter", None)
                            ),
                            models.Q(
                                ("category", None), ("idea", None), ("problem", None), ("saved_filter__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_subscription_is_to_one_thing",
                    ),
                ],
            },
        ),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
