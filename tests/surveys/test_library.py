"""The library of questionnaires, and a questionnaire as a file (QST-02–08, 14–16, 18–21, 25–27; SMP-16)."""

import copy
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from surveys import files, library
from surveys.instrument import parse
from surveys.instrument_review import problems
from surveys.models import Questionnaire, QuestionnaireVersion
from surveys.selectors import results
from surveys.services import answering, questionnaires
from tests.factories import surveys as make
from tests.surveys.asking import open_wave, published, staff
from tests.surveys.routes import branched


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


@pytest.mark.django_db
@pytest.mark.parametrize("code", library.TEMPLATES)
def test_every_template_can_be_published_as_it_is(code, django_assert_num_queries):
    template = library.TEMPLATES[code]
    with django_assert_num_queries(1):
        definition = template.definition()
    made = questionnaires.create(
        code=code, name_zh=template.title["zh"], name_en=template.title["en"], unit=staff()[2], by=staff()[0],
        definition=definition,
    )  # fmt: skip
    assert problems(made.draft.definition) == []
    questionnaires.publish(made.draft, by=staff()[1])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "dimensions", "questions"),
    [("TRAINING-6", 6, 15), ("STAFF-6", 6, 15), ("COMPANY-3", 3, 9), ("QUALITY-3", 3, 9), ("WAREHOUSE-5", 5, 13),
     ("PRODUCT-4", 4, 11), ("RETAIL-4", 4, 11), ("REPAIR-CALL-10", 1, 12), ("REPAIR-300", 1, 11), ("SAMPLE-7", 1, 7)],
)  # fmt: skip
def test_what_the_regulations_ask_for_is_there(code, dimensions, questions):
    instrument = parse(library.TEMPLATES[code].definition())
    assert (len(instrument.dimensions), len(instrument.questions)) == (dimensions, questions)


@pytest.mark.django_db
def test_the_form_of_300_points_is_banded():
    """QST-18, 19: 240 satisfied, 210 basically satisfied, under it not."""
    wave = open_wave(library.TEMPLATES["REPAIR-300"].definition(), invited=0)
    uids = [question.uid for question in answering.instrument_for(wave).questions if question.is_scored]
    forms = [[24] * 10, [30] * 10, [24] * 9 + [18], [24] * 5 + [18] * 5, [24] * 5 + [18] * 4 + [12]]
    for number, points in enumerate(forms):
        payload = dict(zip(uids, points, strict=True))
        answering.submit(wave=wave, payload=payload, submit_key=f"00000000-0000-4000-8000-00000000000{number}")
    shares = {band.label["en"]: band.share.count for band in results.of_wave(wave).bands}
    assert shares == {"Satisfied": 2, "Basically satisfied": 2, "Not satisfied": 1}  # 240, 300 · 234, 210 · 204


def test_a_template_is_taken_over(client, officer):
    client.force_login(officer)
    page = reverse("surveys:questionnaire_from_library", args=["SAMPLE-7"])
    assert "您认为我们的价格合理吗？" in client.get(page).content.decode()
    client.post(page, {"code": "OURS-7", "name_zh": "问卷", "name_en": "Ours", "unit": make.unit().pk})
    draft = Questionnaire.objects.get(code="OURS-7").versions.get()
    assert [question.code for question in parse(draft.definition).questions] == [f"Q{n}" for n in range(1, 8)]
    listed = client.get(reverse("surveys:questionnaire_library")).content.decode()
    assert all(code in listed for code in library.TEMPLATES)


# Files -------------------------------------------------------------------------------------------------


def upload(client, content, code="COPY"):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(reverse("surveys:questionnaire_import"), {
        "code": code, "name_zh": "问卷", "name_en": "Copy", "unit": make.unit().pk,
        "file": SimpleUploadedFile("q.json", data, "application/json"),
    })  # fmt: skip


def test_out_and_in_again_is_the_same(client, officer):
    version = published(branched())
    client.force_login(officer)
    answer = client.get(reverse("surveys:version_file", args=[version.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="Q1-v1.json"'
    assert upload(client, answer.content).status_code == 302
    copied = QuestionnaireVersion.objects.get(questionnaire__code="COPY")
    assert copied.definition == version.definition and copied.state == "draft"


def set_in(*path):
    def change(content, value):
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


Q0 = ("definition", "sections", 0, "questions", 0)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("format",), "other/1", "portal-questionnaire/1"),
        (("definition",), [], "definition: an object"),
        (("definition", "sections"), {}, "definition.sections: a list"),
        ((*Q0, "kind"), "magic", "definition.sections[0].questions[0].kind"),
        ((*Q0, "onclick"), "x", "“onclick” is not known here"),
        ((*Q0, "uid"), "a b", "questions[0].uid: a code"),
        ((*Q0, "points", 0, "value"), "5", "points[0].value: a whole number"),
        ((*Q0, "points", 0, "value"), True, "points[0].value: a whole number"),
        ((*Q0, "title", "zh"), "x" * 3000, "title.zh: a text of at most 2000"),
        ((*Q0, "required"), "yes", "required: true / false"),
        (("definition", "sections", 1, "show_if", "all"), "4", "show_if.all: a list"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_where(client, officer, path, value, said):
    version = published(branched())
    content = copy.deepcopy(json.loads(files.write(version)))
    set_in(*path)(content, value)
    client.force_login(officer)
    with translation.override("en"):
        with pytest.raises(files.FileProblem) as caught:
            files.read(json.dumps(content).encode())
        assert said in str(caught.value)
    assert upload(client, content).status_code == 200
    assert not Questionnaire.objects.filter(code="COPY").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "no JSON"), (b"{", "Line 1"), ("{}".encode("utf-16"), "UTF-8"), (b"[" * 100_000, "nested"), (b"[]", "“format”"),
     (b" " * 600_000, "500 KB"), (b'{"format": "portal-questionnaire/1"}', "definition: an object")],
)  # fmt: skip
def test_what_is_no_questionnaire_is_refused(data, said):
    with pytest.raises(files.FileProblem, match=said.replace("[", r"\[")), translation.override("en"):
        files.read(data)
