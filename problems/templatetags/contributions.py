"""What people added to a problem or an idea - comments, claims, references - written in Python like the rows of a list:
a busy page shows fifty of them, and as templates they take half of its time.

What people wrote goes through `escape`; everything else is a number, a date, a path or one of our own words.
"""

from html import escape

from django import template
from django.template import RequestContext
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString, mark_safe

from problems.addresses import address
from problems.models import Claim, ClaimEvent, Comment, Reference, User
from problems.models.moderation import Moderated
from problems.selectors.discussion import ShownComment, ShownText
from problems.templatetags.catalogue import ago, claimant, linked, started

register = template.Library()


@register.simple_tag(takes_context=True)
def comment_card(context: RequestContext, shown: ShownComment) -> SafeString:
    comment = shown.comment
    if comment.removed_at:
        body = removed(comment)
    else:
        nosnippet = " data-nosnippet" if comment.is_pending else ""
        body = (
            f'<header class="split small">\n<span>{said_by(shown)}</span>\n'
            f'<span class="toolbar no-print">{what_one_can_do(context, shown)}</span>\n</header>\n'
            f"{approval(context, comment, 'comment')}<div{nosnippet}>{comment_text(shown.text)}</div>"
        )
    kind = "comment answer" if comment.answers_id else "comment"
    return mark_safe(f'<article class="{kind}" id="comment-{comment.pk}">\n{body}\n</article>')


def removed(comment: Comment) -> str:
    who = "A curator" if comment.rejection_reason else "Its author"
    return (
        f'<p class="muted small">A comment of {person(comment.added_by)} was here. {who} removed it '
        f"{ago(comment.removed_at)}.</p>"  # type: ignore[arg-type]
    )


def said_by(shown: ShownComment) -> str:
    comment, author = shown.comment, shown.comment.added_by
    link = f'<a class="muted" href="{comment.get_absolute_url()}" title="Permanent link">{ago(comment.created_at)}</a>'
    parts = [f"<strong>{person(author)}</strong>" if author else person(author)]
    if author and author.is_verified_expert:
        parts.append('<span class="tag">verified expert</span>')
    parts.append(link)
    if comment.edited_at:
        parts.append(f'<span class="muted">edited {ago(comment.edited_at)}</span>')
    if shown.revision and comment.problem:
        url = address("revision", comment.problem.number, shown.revision)
        parts.append(f'<a class="tag" href="{url}">in the statement since revision {shown.revision}</a>')
    return " ".join(parts)


def what_one_can_do(context: RequestContext, shown: ShownComment) -> str:
    pk, kept, carried = shown.comment.pk, escape(context["discussion"].kept), escape(context["carried"])
    links = []
    if context["user"].is_authenticated:
        links = [
            f'<a href="?{kept}{way}={pk}#write" data-{way}="{pk}">{way.capitalize()}'
            f'<span class="visually-hidden"> comment {pk}</span></a>'
            for way in ("quote", "answer")
        ]
    if shown.can_edit:
        links.append(f'<a href="{address("comment-edit", pk)}{carried}">Edit</a>')
    if shown.can_remove:
        links.append(f'<a href="{address("comment-remove", pk)}{carried}">Remove</a>')
    return " ".join(links)


@register.simple_tag
def comment_text(text: ShownText) -> SafeString:
    cards = "".join(f'\n<div class="card run-card">{card}</div>' for card in text.cards)
    return mark_safe(f'<div class="prose">{text.html}</div>{cards}')


def person(somebody: User | None) -> str:
    return f'<a href="{somebody.get_absolute_url()}">{escape(str(somebody))}</a>' if somebody else "a former member"


def approval(context: RequestContext, item: Moderated, kind: str) -> str:
    """How something stands that is not approved, with the forms of a curator: rare, so a template."""
    if not (item.is_pending or item.is_rejected):
        return ""
    assert context.template is not None
    with context.push(item=item, kind=kind):
        return context.template.engine.get_template("moderation/_approval.html").render(context)


@register.simple_tag(takes_context=True)
def reference_line(context: RequestContext, reference: Reference) -> SafeString:
    title, nosnippet = escape(reference.title), " data-nosnippet" if reference.is_pending else ""
    if reference.url:
        title = f'<a href="{escape(reference.url)}" rel="noopener nofollow">{title}</a>'
    parts = [title, tag(reference.get_kind_display()), tag(reference.get_sign_display())]
    parts.append(approval(context, reference, "reference"))
    if reference.note:
        parts.append(f'<br><span class="small muted">{linked(reference.note)}</span>')
    if reference.added_by:
        parts.append(f'<span class="small muted">added by {person(reference.added_by)}</span>')
    shown = " ".join(filter(None, parts))
    return mark_safe(f'<li id="reference-{reference.pk}"><div{nosnippet}>{shown}</div></li>')


def tag(word: str) -> str:
    return f'<span class="tag">{escape(word)}</span>'


@register.simple_tag(takes_context=True)
def claim_card(context: RequestContext, claim: Claim) -> SafeString:
    """`claims`, where the page has them, know whether any of them needs to be asked for its parts."""
    claims = context.get("claims")
    parts = [] if claims and claims.has_no_parts else list(claim.parts.all())
    tells_reason = claim.over_cap_reason and getattr(context["user"], "is_curator", False)
    freshness = claim.freshness
    reason = f"One claim more than a new account holds. The reason: {escape(claim.over_cap_reason)}"
    lines = [
        f'<p class="split"><strong>{claimant(claim)}</strong> '
        f'<span class="age small" data-age="{freshness}">{freshness.label}</span></p>',
        f"<p>{linebreaksbr(claim.plan)}</p>" if claim.plan else "",
        f"<p>{linked(claim.imported_text)}</p>" if claim.imported_text else "",
        f'<p class="small">On part {", ".join(f"({part.letter})" for part in parts)}.</p>' if parts else "",
        f'<p class="small callout" data-tone="info">{reason}</p>' if tells_reason else "",
        f'<p class="small muted">\n{since_when(claim)}\n</p>',
        timeline(list(claim.events.all())),
    ]
    shown = "\n".join(filter(None, lines))
    return mark_safe(f'<article class="claim" id="claim-{claim.pk}">\n{shown}\n</article>')


def since_when(claim: Claim) -> str:
    expected = f"\nResult expected by {claim.expected_on.isoformat()}." if claim.expected_on else ""
    if claim.is_imported:
        return f"Claimed {started(claim)}, read from the published table.{expected}"
    return f"Claimed {started(claim)}, last active {ago(claim.last_activity_at)}.{expected}"


def timeline(events: list[ClaimEvent]) -> str:
    """Nothing where it would only say once more that the claim was made."""
    if len(events) < 2:
        return ""
    lines = "".join(
        f'<li>{event.get_kind_display()} <span class="muted">{ago(event.at)}</span>'
        f"{f'<br>{linebreaksbr(event.text)}' if event.text else ''}</li>"
        for event in events
    )
    return (
        f'<details>\n<summary class="small">{len(events)} entries</summary>\n'
        f'<ol class="timeline small">{lines}</ol>\n</details>'
    )
