"""Opening a wave on demand, with progress: respondents are drawn and links made for thousands."""

from django.utils.translation import gettext as _

from core import jobs
from core.jobs import job
from surveys.choices import WaveState
from surveys.models import Wave
from surveys.services import waves


def start_open(wave, *, by, expected_version):
    title = _("Opening of %(wave)s") % {"wave": wave}
    return jobs.start("surveys.open_wave", by=by, title=title, params={"wave": wave.pk, "version": expected_version})


@job("surveys.open_wave")
def open_wave(run, progress):
    """``params``: wave (id), version as its page showed it. A wave that this run opened before it died is not opened twice."""
    wave = Wave.objects.get(pk=run.params["wave"])
    progress.total(1)
    if run.attempts == 1 or wave.state != WaveState.OPEN:
        waves.open(wave, by=run.owner, expected_version=run.params["version"])
    progress.step()
    return {"url": wave.get_absolute_url(), "wave": wave.pk}
