from django.db import models


class SearchWord(models.Model):
    """A word that stands somewhere in the catalogue, so that a misspelt one can be answered with its like."""

    word = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.word
