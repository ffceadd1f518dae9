"""What a customer does with a record of which number and code are known: add something, rate and comment the reply, take
it back.

Number and code are the permission, as for looking; a forged post lacks the token of the page.
"""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from complaints.forms.track import TrackForm
from complaints.forms.track_acts import AddForm, SayForm, TakeBackForm
from complaints.public.progress import Progress
from complaints.selectors.tracking import tracked
from complaints.services import ending, remarks
from complaints.views_track import please_wait
from core.access import public
from core.doors import Bucket, take
from core.workflow import InvalidTransition


@public
@require_POST
def add(request):
    """An answer to what we asked, or what was forgotten."""

    def act(complaint, form):
        remarks.add(complaint, text=form.cleaned_data["text"])
        return _("Thank you, it is with your matter now. A colleague reads it.")

    return _answer(request, AddForm(request.POST), act)


@public
@require_POST
def say(request):
    """The customer's rating of the handling and comment on the reply, once per cycle."""

    def act(complaint, form):
        remarks.say(complaint, score=form.cleaned_data["score"], comment=form.cleaned_data["comment"])
        return _("Thank you. A colleague reads what you wrote.")

    return _answer(request, SayForm(request.POST), act)


@public
@require_POST
def take_back(request):
    """The customer takes it back before it is answered."""

    def act(complaint, form):
        try:
            ending.withdraw(complaint, by=None, comment=form.cleaned_data["comment"] or _("On the page of progress."))
        except InvalidTransition:  # its sentence is for colleagues
            raise InvalidTransition(_("It cannot be taken back here. Please call us and give the number."))
        return _("Taken back, as you wish. You can tell us again at any time.")

    return _answer(request, TakeBackForm(request.POST), act)


def _answer(request, form, act):
    """Act and show the page of progress again; whatever is wrong keeps what was typed."""
    wait = take(Bucket.of_network("tracking", request, settings.TRACKING_OF_NETWORK_PER_10_MINUTES))
    if wait:
        return _entry(request, 429, note=please_wait(wait))
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in ("number", "code")}
    complaint = tracked(**given) if all(given.values()) else None
    if complaint is None:
        return _entry(
            request, 404, error=_("Number and code do not belong together. Please compare both with your receipt.")
        )
    if not form.is_valid():
        problem = next(sentence for sentences in form.errors.values() for sentence in sentences)
        return _page(request, complaint, given, status=422, problem=problem, typed=form.data)
    try:
        thanks = act(complaint, form)
    except InvalidTransition as refused:
        return _page(request, tracked(**given), given, status=409, problem=str(refused))
    return _page(request, tracked(**given), given, thanks=thanks)


def _page(request, complaint, given, *, status=200, **words):
    form = TrackForm(given)
    form.is_valid()
    context = {"form": form, "progress": Progress(complaint), **words}
    return render(request, "complaints/voice_progress.html", context, status=status)


def _entry(request, status, *, note="", error=""):
    form = TrackForm(request.POST)
    if error:
        form.add_error(None, error)
    return render(request, "complaints/voice_track.html", {"form": form, "note": note}, status=status)
