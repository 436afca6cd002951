from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from problems.addresses import address
from problems.models import Category
from problems.search.snippets import pieces

register = template.Library()


@register.filter
def marked(text: str, asked: list[str]) -> SafeString:
    """The text with the words of a search marked."""
    if not asked:
        return mark_safe(escape(text))
    found = ((escape(piece), is_hit) for piece, is_hit in pieces(text, asked))
    return mark_safe("".join(f"<mark>{piece}</mark>" if is_hit else piece for piece, is_hit in found))


@register.simple_tag
def subcategory_url(category: Category, name: str) -> str:
    """Its own page; a name without a letter or digit has none and is filtered for."""
    slug = slugify(name)
    return address("subcategory", category.pk, slug) if slug else f"{category.get_absolute_url()}?subcategory=*"
