"""What a reader does on the page of a discussion: forms, each complete without a script."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.addresses import origin_of
from accounts.errors import Conflict, TooMany, told_to_wait
from articles.models import Article
from articles.views import find
from comments import composing, operations, pages, ports
from comments.anew import JUMP
from comments.facts import Begun
from comments.models import Comment
from comments.views.discussion import article_page, visible_comment


def messages_of(error: ValidationError) -> list[str]:
    return list(error.messages)


def status_of(error: ValidationError) -> int:
    return 409 if isinstance(error, Conflict) else 429 if isinstance(error, TooMany) else 422


@login_required
@require_POST
def post_comment(request: HttpRequest, slug: str) -> HttpResponse:
    article = find(slug)
    if isinstance(article, HttpResponse):
        raise Http404
    call_to_action = article.call_to_action
    body, advised = request.POST.get("body", ""), request.POST.get("advised", "")[:64]
    parent = choice = None

    def again(status: int, **filled: object) -> HttpResponse:
        typed = {"body": body, "advised": advised, "unsaved": True}
        chosen = {"choice": choice.pk if choice else None, "parent": parent.pk if parent else None}
        form = pages.empty_form(pages.house_of(article), **{**typed, **chosen, **filled})
        return form_again(request, article, parent, form, status=status)

    try:
        if request.POST.get("parent"):
            here = Comment.objects.in_discussion(call_to_action).live()
            parent = row_named(here, request.POST["parent"], "parent_not_here")
        if request.POST.get("choice"):
            choice = row_named(call_to_action.options, request.POST["choice"], "bad_choice")
        if "preview" in request.POST:
            return again(200, preview=_previewed(article, body))
        posted = operations.post_comment(
            author=request.user,
            call_to_action=call_to_action,
            body=body,
            parent=parent,
            choice=choice,
            idempotency_key=request.POST.get("idempotency_key") or None,
            # Once: whoever has read it edits, or sends it as it is.
            advise=not advised,
            origin=origin_of(request),
            proof=request.POST.get("proof", ""),
            trapped=bool(request.POST.get("website")),
        )
    except operations.Advised as found:
        # Nothing is stored, so no client may take this for a success.
        nudge = composing.nudge(found.advice, found.text)
        return again(422, nudge=nudge, advised=found.fingerprint)
    except ValidationError as error:
        return told_to_wait(again(status_of(error), errors=messages_of(error)), error)
    comment = posted.comment
    if not request.htmx:
        return HttpResponseRedirect(f"{article.get_absolute_url()}#own-{comment.pk}")
    house = pages.house_of(article)
    html = pages.own_comment(comment, house=house)
    if parent is None:
        fresh = {"form": pages.empty_form(house), **_form_context(article)}
        html = (
            render_to_string("comments/_form.html", fresh, request)
            + f'<ol hx-swap-oob="afterbegin:#mine">{html}</ol>'
        )
    return HttpResponse(html, status=201)


def row_named(rows, raw: str, code: str):
    try:
        return rows.get(pk=int(raw))
    except (ValueError, OverflowError, ObjectDoesNotExist) as error:
        raise ValidationError(_("That is no longer here."), code=code) from error


def _form_context(article: Article) -> dict:
    call_to_action = article.call_to_action
    return {
        "article": article,
        "call_to_action": call_to_action,
        "options": pages.options_with_share(call_to_action),
        "open": pages.is_open(article),
        "action": reverse("post_comment", args=[article.slug]),
    }


def form_again(
    request: HttpRequest, article: Article, parent: Comment | None, form: dict, *, status: int
) -> HttpResponse:
    context = {**_form_context(article), "form": form, "parent": parent}
    if request.htmx:
        return render(request, "comments/_form.html", context, status=status)
    if parent is not None:
        return render(request, "comments/reply.html", {**context, "comment": parent}, status=status)
    return article_page(request, article, form=form, status=status)


@login_required
@require_GET
def reply(request: HttpRequest, comment_id: int) -> HttpResponse:
    found = visible_comment(request, comment_id)
    if not found.is_live:
        raise Http404
    article = found.call_to_action.article
    begun = request.user.drafts.filter(parent=found).first()
    form = pages.empty_form(
        pages.house_of(article),
        parent=found.pk,
        draft=Begun(begun.body, begun.updated_at) if begun else None,
    )
    if request.GET.get("quote"):
        form["quoted"] = composing.quote_of(found)
        if form["quoted"].strip() not in form["body"]:
            before = f"{form['body'].rstrip()}\n\n" if form["body"].strip() else ""
            form["body"] = before + form["quoted"]
    context = {
        **_form_context(article),
        "comment": found,
        "parent": found,
        "form": form,
    }
    template = "comments/_form.html" if request.htmx else "comments/reply.html"
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    found = visible_comment(request, comment_id)
    body, errors, status, refusal = found.latest.source, [], 200, None
    if found.author_id != request.user.pk:
        raise Http404
    preview = ""
    if request.method == "POST":
        body = request.POST.get("body", "")
        try:
            if "preview" in request.POST:
                preview = _previewed(found.call_to_action.article, body)
            else:
                found = operations.edit_comment(
                    actor=request.user, comment=found, body=body, origin=origin_of(request)
                )
        except ValidationError as error:
            errors, status, refusal = messages_of(error), status_of(error), error
        if "preview" not in request.POST and not errors:
            return HttpResponseRedirect(
                f"{found.call_to_action.article.get_absolute_url()}#own-{found.pk}"
            )
    house = pages.house_of(found.call_to_action.article)
    context = {
        "comment": found,
        "article": found.call_to_action.article,
        "action": reverse("edit_comment", args=[found.pk]),
        "may_edit": found.may_be_edited_by(request.user, within=house.rules.edit_seconds),
        "form": pages.empty_form(house, body=body, errors=errors, preview=preview),
    }
    page = render(request, "comments/edit.html", context, status=status)
    return told_to_wait(page, refusal)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, comment_id: int) -> HttpResponse:
    found = visible_comment(request, comment_id)
    if found.author_id != request.user.pk:
        raise Http404
    back = found.call_to_action.article.get_absolute_url()
    if request.method == "POST":
        operations.withdraw_comment(actor=request.user, comment=found)
        messages.success(request, _("Your comment is withdrawn. Nobody can read it any more."))
        return HttpResponseRedirect(f"{back}{JUMP}")
    return render(
        request,
        "comments/confirm.html",
        {
            "title": _("Withdraw your comment?"),
            "text": _("Its words disappear at once and cannot be brought back."),
            "action": reverse("withdraw_comment", args=[found.pk]),
            "button": _("Withdraw it"),
            "cancel_url": back,
            "html": found.latest.html,
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def react(request: HttpRequest, comment_id: int) -> HttpResponse:
    found = visible_comment(request, comment_id)
    raw = request.POST.get("value") or request.GET.get("value", "1")
    value = int(raw) if raw in ("-1", "0", "1") else 2
    if request.method == "POST":
        try:
            found = operations.react(
                actor=request.user, comment=found, value=value, origin=origin_of(request)
            )
        except TooMany:
            raise  # the page of its own
        except (ValidationError, ObjectDoesNotExist) as error:
            raise Http404 from error
        if request.htmx:
            return render(request, "comments/_reactions.html", {"comment": found, "value": value})
        return HttpResponseRedirect(found.get_absolute_url())
    return render(
        request,
        "comments/confirm.html",
        {
            "title": _("Does this comment add something?")
            if value == 1
            else _("Does this comment not add anything?"),
            "text": "",
            "action": reverse("react_to_comment", args=[found.pk]),
            "button": _("Yes"),
            "fields": {"value": value},
            "cancel_url": found.get_absolute_url(),
            "html": found.live_revision.html if found.is_live else "",
        },
    )


@login_required
@never_cache
@require_GET
def state(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The author's own comment as it stands now; the page asks while it is undecided."""
    found = visible_comment(request, comment_id)
    if found.author_id != request.user.pk:
        raise Http404
    looks = request.GET.get("looks", "0")
    looks = min(int(looks), 20) if looks.isdecimal() and len(looks) < 4 else 20
    if found.status == Comment.Status.APPROVED and found.is_live and request.htmx:
        row = Comment.objects.filter(pk=found.pk).for_page()
        html, _own = pages.discussion(list(row), call_to_action=found.call_to_action)
        if found.choice_id:
            options = pages.options_with_share(found.call_to_action)
            tally = {"options": options, "again": True}
            html += render_to_string("comments/_tally.html", tally, request)
        return HttpResponse(html)
    house = pages.house_of(found.call_to_action.article)
    return HttpResponse(pages.own_comment(found, house=house, looks=looks))


@login_required
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    article = find(slug)
    if isinstance(article, HttpResponse):
        raise Http404
    try:
        return HttpResponse(_previewed(article, request.POST.get("body", "")))
    except ValidationError as error:
        return HttpResponse(
            render_to_string("comments/_errors.html", {"errors": messages_of(error)}), status=422
        )


def _previewed(article: Article, body: str) -> str:
    """The words as they would stand. Raises ValidationError as posting them does."""
    return operations.preview(body, max_length=ports.rules_for(article).max_length)
