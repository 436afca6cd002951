from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0002_follow_discuss_moderate"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="wants_claim_mail",
            field=models.BooleanField(
                default=True,
                help_text="when others claim the same problem, and when a claim goes quiet",
                verbose_name="mail about claims",
            ),
        ),
    ]
