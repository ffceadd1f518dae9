"""What home pages show of surveys: the newest finished round, in two pictures."""

from django.template.defaultfilters import date as format_date
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from core.i18n import pick
from surveys.choices import WaveState
from surveys.models import Wave
from surveys.selectors import charts, results
from surveys.views.pictures import headline, rows_url


def newest(request, user):
    """The newest finished wave of customers as a card; nothing for who may not see results."""
    if not user.has_perm("surveys.see_results"):
        return ""
    ended = Wave.objects.visible_to(user).filter(state__in=WaveState.ended(), is_anonymous=False)
    wave = ended.select_related("questionnaire_version").order_by("-closed_at", "-pk").first()
    found = results.of_wave(wave) if wave else None
    if found is None or found.headline.scores is None:
        return ""
    trend = results.trend(wave)
    shown = [charts.dimensions(found)]
    if len(trend) > 1:
        shown.append(charts.trend(trend, target=wave.target_score, url=lambda pk: f"/surveys/waves/{pk}/"))
    context = {
        "wave": wave, "name": pick(wave, "name"), "headline": headline(found), "charts": shown, "results": found,
        "rows_url": rows_url(wave, user), "sub": _("closed on %(day)s") % {"day": format_date(timezone.localtime(wave.closed_at), "SHORT_DATE_FORMAT")},
    }  # fmt: skip
    return render_to_string("surveys/home.html", context, request)
