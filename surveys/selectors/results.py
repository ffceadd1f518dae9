"""THE results: the one place from which screen, PDF, workbook, reports and appraisal take survey figures.

Groups under ``settings.SUPPRESSION_SCORES`` are hidden here, together with whatever would give them away;
words need
``settings.SUPPRESSION_TEXTS`` respondents. Callers show ``None`` and ``hidden`` as "fewer than 5 answers".
"""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from core.statistics.compare import mean_difference, share_difference
from core.statistics.drivers import importance_performance, key_drivers
from core.statistics.groups import rank, welch_anova
from core.statistics.intervals import mean_of_sums, share
from core.statistics.scores import nps_of_counts
from core.statistics.suppression import suppress_groups
from surveys.choices import ChangeClass, InvitationState, Rated, WaveState, divider
from surveys.choices import QuestionKind as Kind
from surveys.models import AnswerText, QuestionnaireVersion, SpentMarker, Wave
from surveys.scales import EASY, EFFORT, band_of
from surveys.selectors import counts, frozen
from surveys.selectors.counts import OVERALL
from surveys.selectors.figures import (
    BandShare,
    Cell,
    Change,
    DimensionResult,
    GroupResult,
    Groups,
    Headline,
    Numbers,
    Place,
    QuestionResult,
    Stage,
    Texts,
    TrendPoint,
    WaveRef,
    WaveResults,
    Words,
    scores_of_counts,
)  # fmt: skip
from surveys.selectors.questionnaires import instrument_of
from surveys.selectors.segments import label_of, labels_of, names_of_rated

DRIVERS_FROM = 30  # respondents, below which importance says nothing
DRIVERS_SAMPLE = 5000
TREND_LENGTH = 12
SHORTEST = timedelta(days=365)  # after its close no answer is disposed of before; younger waves need not be looked up


def threshold():
    return settings.SUPPRESSION_SCORES


def of_wave(wave, *, segment=None):
    """WaveResults of ``wave``, or of one group ``segment`` = {column of Segment: value}.

    Raises ValueError for more than one filter: groups of two filters at once could give small groups away.
    """
    segment = segment or {}
    if (
        wave.is_confidential and wave.state == WaveState.OPEN
    ):  # from one answer to the next the difference is one answer
        return _nothing(wave, segment, 0, 0)
    if len(segment) > 1:
        raise ValueError("one filter at a time")
    if not segment and (kept := remaining_of(wave)):
        return kept
    valid, excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))
    size = valid
    if segment:
        ((column, value),) = segment.items()
        sizes = counts.group_sizes(wave.pk, by=column)
        size = 0 if value in _hidden(sizes) else sizes.get(value, 0)
    if size < threshold():
        return _nothing(wave, segment, valid if not segment else 0, excluded)
    return _results(wave, segment, size, excluded)


def remaining_of(wave):
    """The result that was frozen before the answers of ``wave`` were disposed of; None while they are there."""
    return frozen.remaining([wave.pk]).get(wave.pk) if _may_be_gone(wave) else None


def _may_be_gone(wave):
    """Has ``wave`` ended so long ago that its answers may have been disposed of?"""
    if wave.closed_at is None:
        return wave.state == WaveState.CANCELLED
    return timezone.localdate(wave.closed_at) <= timezone.localdate() - SHORTEST


def _results(wave, segment, size, excluded):
    instrument = instrument_of(wave.questionnaire_version)
    before = None if segment else previous_wave(wave)
    waves = [wave, *([before] if before else [])]
    answers = counts.Coded([one.pk for one in waves], segment=segment)
    found = answers.composites(_pairs(waves))
    now = found.get((wave.pk, ""), {})
    past = found.get((before.pk, ""), {}) if before else {}
    return WaveResults(
        wave=ref(wave), segment=segment, as_of=timezone.now(), population_n=wave.population_n, valid_n=size,
        excluded_n=excluded,
        headline=Headline(_shown(now.get(OVERALL)), instrument.overall, _change(before, past, now, OVERALL)),
        dimensions=tuple(
            DimensionResult(code, section.titles, _shown(now.get(code)), _change(before, past, now, code))
            for code, section in instrument.dimensions.items()
        ),
        questions=_questions(wave, instrument, segment, answers.of(wave.pk)),
        bands=() if segment else _bands(instrument, answers.of(wave.pk)),
    )  # fmt: skip


def _nothing(wave, segment, valid, excluded):
    instrument = instrument_of(wave.questionnaire_version)
    return WaveResults(
        ref(wave),
        segment,
        timezone.now(),
        wave.population_n,
        valid,
        excluded,
        Headline(None, instrument.overall, None),
        tuple(DimensionResult(code, part.titles, None) for code, part in instrument.dimensions.items()),
        tuple(_hidden_question(question) for question in instrument.questions if question.kind not in Kind.as_words()),
        (),
        is_hidden=True,
    )


def buckets_of(instrument):
    """(bucket, question id) pairs: the overall score and every dimension."""
    overall = [instrument.overall] if instrument.overall else [q for q in instrument.questions if q.is_scored]
    return [(OVERALL, question.id) for question in overall] + [
        (question.dimension, question.id)
        for question in instrument.questions
        if question.is_scored and question.dimension and not question.is_overall
    ]


def _pairs(waves):
    return sorted({pair for wave in waves for pair in buckets_of(instrument_of(wave.questionnaire_version))})


def _composites(waves, **options):
    return counts.composites([wave.pk for wave in waves], _pairs(waves), **options)


def _shown(scores):
    return scores if scores is not None and scores.n >= threshold() else None


def _hidden(sizes):
    return set(suppress_groups(sizes, threshold=threshold()))


def _change(before, past, now, bucket):
    old, new = _shown(past.get(bucket)), _shown(now.get(bucket))
    if before is None or old is None or new is None:
        return None
    return Change(ref(before), old, mean_difference(old.mean, new.mean), share_difference(old.top, new.top))


# Questions -------------------------------------------------------------------------------------------


def _questions(wave, instrument, segment, answers):
    """Of the ``answers`` (counts.Coded) of the wave or of one group of it."""
    ranked, typed = (
        [question.id for question in instrument.questions if question.kind == kind]
        for kind in (Kind.RANKING, Kind.NUMBER)
    )
    tallies, people, rankings = answers.distributions(), answers.respondents(), answers.rankings(ranked)
    amounts = counts.amounts(wave.pk, typed, segment=segment) if typed else {}
    whole = _answered(wave, instrument) if segment else None
    found = (
        _question(question, tallies[question.id], people.get(question.id), whole)
        for question in instrument.questions
        if question.kind not in Kind.as_words()
    )
    return tuple(_measured(row, rankings, amounts) for row in found)


def _measured(row, rankings, amounts):
    """``row`` with what its kind has beside the counts."""
    question = row.question
    if row.is_hidden or not row.n:
        return row
    if question.kind == Kind.RANKING:
        return replace(row, cells=(), places=_places(question, row.n, rankings.get(question.id, {})))
    if question.kind == Kind.NUMBER:
        n, total, squares, quartiles = amounts[question.id]
        return replace(row, numbers=Numbers(mean_of_sums(n, float(total), float(squares)), tuple(quartiles)))
    if question.scale == EFFORT:
        return replace(row, ease=share(sum(cell.share.count for cell in row.cells if cell.choice.value >= EASY), row.n))
    return row


def _places(question, n, slots):
    """Places of a ranking, most points first."""
    found = []
    for choice in question.choices:
        counted = slots.get(choice.value, {})
        points = {question.places - slot: count for slot, count in counted.items()}
        sums = (sum(p**power * count for p, count in points.items()) for power in (1, 2))
        found.append(
            Place(
                choice, share(counted.get(0, 0), n), share(sum(counted.values()), n),
                mean_of_sums(n, *sums, bounds=(0, question.places)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda place: -(place.points.mean or 0)))


def _answered(wave, instrument):
    """{question id: answers of the whole wave}, so that a filter does not give away the few outside it."""
    tallies = counts.distributions(wave.pk)
    return {question.id: sum(tallies[question.id].values.values()) for question in instrument.questions}


def _question(question, tally, people, whole):
    answers = sum(tally.values.values())
    n = people or 0 if question.kind in Kind.several() else answers
    outside = whole[question.id] - answers if whole else 0
    if n < threshold() or 0 < outside < threshold():
        return _hidden_question(question)
    cells = tuple(Cell(choice, share(tally.values.get(choice.value, 0), n)) for choice in question.best_first)
    return QuestionResult(
        question,
        n,
        tally.na,
        cells,
        scores_of_counts(tally.scores) if question.is_scored else None,
        nps_of_counts([tally.values.get(value, 0) for value in range(11)]) if question.kind == Kind.SCALE else None,
    )


def _hidden_question(question):
    return QuestionResult(question, None, None, (), None, None, is_hidden=True)


def _bands(instrument, answers):
    if not instrument.total:
        return ()
    totals, bands = answers.totals(), instrument.total["bands"]
    if len(totals) < threshold():
        return ()
    found = [band_of(total, bands) for total in totals]
    return tuple(BandShare(band["label"], band["from"], share(found.count(band), len(found))) for band in bands)


def baseline(wave, *, question=None, dimension="", segment=None):
    """Scores of one question or dimension for everybody or one group; None when they may not be shown."""
    found = of_wave(wave, segment=segment)
    if question is not None:
        return next((row.scores for row in found.questions if row.question.id == question.pk), None)
    return next((row.scores for row in found.dimensions if row.code == dimension), None)


# Groups ----------------------------------------------------------------------------------------------


def compare(wave, column):
    """Groups of ``wave`` by a column of Segment, ranked, with brackets where no order is proven."""
    sizes = counts.group_sizes(wave.pk, by=column)
    found = _composites([wave], by=column)
    return _groups(wave, column, divider(column).label, sizes, found, labels_of(column, sizes))


def compare_rated(wave, by):
    """Rated units or persons (a value of Rated) by the services that the invitations name; few answers stay hidden (ANA-14)."""
    sizes = counts.group_sizes(wave.pk, by=by)
    return _groups(wave, by, Rated(by).label, sizes, _composites([wave], by=by), names_of_rated(by, sizes))


def rates_services(wave):
    """Whether invitations of the wave name a service."""
    return not wave.is_anonymous and wave.invitations.exclude(service_record=None).exists()


def compare_by_question(wave, question):
    """The same by the options of a single choice (works for anonymous waves too)."""
    sizes = counts.group_sizes(wave.pk, question=question.id)
    labels = {value: question.by_value[value].text if value in question.by_value else _("No answer") for value in sizes}
    return _groups(wave, question.uid, question.title, sizes, _composites([wave], question=question.id), labels)


def _groups(wave, column, label, sizes, found, labels):
    hidden, few = _hidden(sizes), _hidden_figures(found)
    rows = []
    for value, size in sizes.items():
        scores = {} if value in hidden else found.get((wave.pk, value), {})
        shown = {bucket: figure for bucket, figure in scores.items() if value not in few[bucket]}
        is_hidden = value in hidden
        rows.append(
            GroupResult(
                "" if value is None else str(value),
                labels[value],
                None if is_hidden else size,
                shown.pop(OVERALL, None),
                shown,
                is_hidden,
            )
        )
    ranked = {row.value: row.scores.mean for row in rows if row.scores}
    order = rank(ranked)
    place = {value: number for number, value in enumerate(order.order)}
    rows.sort(key=lambda row: (place.get(row.value, len(place)), row.label))
    total = _composites([wave]).get((wave.pk, ""), {}).get(OVERALL)
    return Groups(column, str(label), tuple(rows), order.runs, welch_anova(list(ranked.values())).p, _shown(total))


def _hidden_figures(found):
    """{bucket: groups to hide}: a group may have answered one dimension too seldom, and total less the others tells it."""
    sizes = {}
    for (_wave, value), scores in found.items():
        for bucket, figure in scores.items():
            sizes.setdefault(bucket, {})[value] = figure.n
    return {bucket: _hidden(groups) for bucket, groups in sizes.items()}


def segments_in_use(wave):
    """[(column, label)] of the reporting dimensions by which the responses of ``wave`` can be divided."""
    return [] if wave.is_anonymous else [(name, divider(name).label) for name in counts.divided(wave.pk)]


# Time ------------------------------------------------------------------------------------------------


def ref(wave):
    version = wave.questionnaire_version
    return WaveRef(wave.pk, wave.code, wave.name_zh, wave.name_en, timezone.localdate(wave.closes_at), version.no)


def series_of(wave):
    """Earlier waves of the same questionnaire and unit, oldest first, then ``wave`` itself."""
    earlier = (
        Wave.objects.filter(
            questionnaire_version__questionnaire=wave.questionnaire_version.questionnaire_id,
            unit=wave.unit_id,
            state__in=WaveState.ended(),
            closes_at__lt=wave.closes_at,
        )
        .exclude(pk=wave.pk)
        .select_related("questionnaire_version")
        .defer("questionnaire_version__definition", "audience")
        .order_by("-closes_at", "-pk")[: TREND_LENGTH - 1]
    )
    return [*reversed(earlier), wave]


def previous_wave(wave):
    """The wave before in the series if it still compares, else None."""
    series = series_of(wave)
    return series[-2] if len(series) > 1 and not _breaks(series)[-1] else None


def _breaks(series):
    """For each wave whether comparability with the one before it ended (a breaking version lies between)."""
    breaking = set(
        QuestionnaireVersion.objects.filter(
            questionnaire=series[-1].questionnaire_version.questionnaire_id, change_class=ChangeClass.BREAKING
        ).exclude(state="draft").values_list("no", flat=True)
    )  # fmt: skip
    numbers = [wave.questionnaire_version.no for wave in series]
    pairs = zip([numbers[0], *numbers], numbers, strict=False)
    return [any(min(a, b) < no <= max(a, b) for no in breaking) for a, b in pairs]


def trend(wave):
    """TrendPoints of the series of ``wave``, oldest first, overall and per dimension; three queries
    whatever its length.
    """
    series = series_of(wave)
    found = _composites(series)
    old = [item.pk for item in series if _may_be_gone(item)]
    kept = frozen.remaining(old) if old else {}
    points = []
    for item, breaks in zip(series, _breaks(series), strict=True):
        figures = _frozen_scores(kept[item.pk]) if item.pk in kept else found.get((item.pk, ""), {})
        scores = {bucket: figure for bucket, figure in figures.items() if _shown(figure)}
        points.append(TrendPoint(ref(item), scores.pop(OVERALL, None), breaks, scores))
    return tuple(points)


def _frozen_scores(result):
    return {OVERALL: result.headline.scores} | {row.code: row.scores for row in result.dimensions}


# Funnel, words, importance ---------------------------------------------------------------------------


def funnel(wave):
    """Stages of ``wave``: invited, delivered, opened (not measured), started, answered, valid."""
    states = dict(_state_counts(wave))
    invited = sum(states.values()) - states.get(InvitationState.WITHDRAWN, 0)
    unsent = wave.invitations.filter(sent_at=None).exclude(
        state__in=(
            InvitationState.DONE,
            InvitationState.STARTED,
            InvitationState.WITHDRAWN,
            InvitationState.BOUNCED,
            InvitationState.REFUSED,
        )
    )
    delivered = invited - states.get(InvitationState.BOUNCED, 0) - unsent.count()
    valid, excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))
    answered = valid + excluded
    if wave.is_anonymous and wave.state == WaveState.OPEN:
        answered = SpentMarker.objects.filter(wave=wave).count()
    started = None if wave.is_anonymous else states.get(InvitationState.STARTED, 0) + answered
    return (
        Stage("invited", _("Invited"), invited),
        Stage("delivered", _("Delivered"), delivered),
        Stage("opened", _("Known opened"), None),
        Stage("started", _("Started"), started),
        Stage("answered", _("Answered"), answered),
        Stage("valid", _("Valid"), valid),
    )


def _state_counts(wave):
    from django.db.models import Count

    return wave.invitations.values_list("state").annotate(n=Count("pk")).order_by()


def texts(wave, *, limit=500):
    """Texts per open question; hidden where fewer than SUPPRESSION_TEXTS respondents answered the wave.

    The order is random and the same each time.
    """
    instrument = instrument_of(wave.questionnaire_version)
    valid, _excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))
    hidden = valid < settings.SUPPRESSION_TEXTS
    found = {} if hidden else _words(wave, limit)
    return tuple(
        Texts(
            question,
            None if hidden else len(found.get(question.id, ())),
            tuple(found.get(question.id, ())),
            hidden,
        )
        for question in instrument.questions
        if question.kind in Kind.as_words()
    )


def _words(wave, limit):
    rows = AnswerText.objects.filter(wave=wave).exclude(response__is_valid=False).order_by("pk")
    found = {}
    for pk, question, body, language in rows.values_list("pk", "question", "body", "language")[: limit * 20]:
        if len(found.setdefault(question, [])) < limit:
            found[question].append(Words(str(pk), body, language))
    return found


def importance(wave, *, resamples=200):
    """ImportanceMap (core.statistics.drivers) of the dimensions on the overall score; None without a base
    for it.

    Dimensions that fewer than half of the respondents rated stay out.
    """
    instrument = instrument_of(wave.questionnaire_version)
    valid, _excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))
    if instrument.overall is None or valid < max(DRIVERS_FROM, threshold()):
        return None
    figures = _composites([wave]).get((wave.pk, ""), {})
    names = [code for code in instrument.dimensions if code in figures and figures[code].n * 2 >= valid]
    if len(names) < 2:
        return None
    rows = counts.matrix(wave.pk, buckets_of(instrument), limit=DRIVERS_SAMPLE)
    found = key_drivers(
        [[row.get(OVERALL), *(row.get(name) for name in names)] for row in rows], names, resamples=resamples
    )
    return importance_performance(found, {name: figures[name].mean for name in names})


def segment_label(column, value):
    """The words of a group."""
    return label_of(column, value)
