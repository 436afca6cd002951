from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify

from problems.models import Category
from problems.search.snippets import pieces

register = template.Library()


@register.filter
def marked(text: str, asked: list[str]) -> SafeString:
    """The text with the words of a search marked."""
    if not asked:
        return format_html("{}", text)
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", piece) if is_hit else piece,) for piece, is_hit in pieces(text, asked)),
    )


@register.simple_tag
def subcategory_url(category: Category, name: str) -> str:
    """Its own page; a name without a letter or digit has none and is filtered for."""
    slug = slugify(name)
    return reverse("subcategory", args=[category.pk, slug]) if slug else f"{category.get_absolute_url()}?subcategory=*"
