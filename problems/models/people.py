from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from problems.addresses import address

# Without "@": handles are public and exported, and nobody's e-mail address may end up in them.
is_handle = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z",
    "A handle has letters, digits, '.', '_' and '-', and begins with a letter or digit.",
)


class Digest(models.TextChoices):
    NEVER = "never", "never"
    DAILY = "daily", "each day"
    WEEKLY = "weekly", "each week"


class Standing(models.TextChoices):
    """From the least to the most."""

    NEW = "new", "new member"
    TRUSTED = "trusted", "trusted member"
    CURATOR = "curator", "curator"


class User(AbstractUser):
    """A person. The handle is the username; the e-mail address is never shown or exported."""

    username = models.CharField(
        "handle",
        max_length=40,
        unique=True,
        validators=[is_handle],
        error_messages={"unique": "This handle is taken."},
    )
    display_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=80, blank=True, help_text="such as student or research engineer")
    about = models.TextField(blank=True, max_length=2000, help_text="Markdown; $...$ is maths")
    is_verified_expert = models.BooleanField(default=False)
    is_curator = models.BooleanField(default=False, help_text="may edit the catalogue")
    is_trusted = models.BooleanField(default=False, help_text="what they add needs no approval")
    recorded_standing = models.CharField(
        max_length=8,
        choices=Standing.choices,
        blank=True,
        editable=False,
        help_text="what the archive this account was read from called them; it is shown and gives no rights",
    )
    wants_claim_mail = models.BooleanField(
        "mail about claims", default=True, help_text="when others claim the same problem, and when a claim goes quiet"
    )
    digest = models.CharField("e-mail digest", max_length=6, choices=Digest.choices, default=Digest.NEVER)
    digest_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    activity_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    feed_token = models.CharField(max_length=64, blank=True, editable=False, help_text="opens the person's own feed")

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(Lower("username"), name="one_person_per_handle")]

    def __str__(self) -> str:
        return f"@{self.username}"

    def get_absolute_url(self) -> str:
        return address("person", self.username)

    @property
    def name(self) -> str:
        return self.display_name or self.username
