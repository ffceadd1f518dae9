import io
import re
import socket

import pypdfium2
import pytest
from django.conf import settings
from PIL import Image, ImageChops, ImageDraw, ImageFont

from core import pdf
from core.pdf import render, write
from tests.core.chart_samples import MAKERS, chart

PROBES = ["角", "线", "的", "龙", "鑫", "①", "℃", "A", "8"]


def pages(data):
    return list(pypdfium2.PdfDocument(data))


def text_of(data):
    return "".join(page.get_textpage().get_text_bounded() for page in pages(data))


def squeeze(text):
    return re.sub(r"\s", "", text)


def level_one():
    """The 3,755 everyday characters of GB 2312."""
    return "".join(
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
        if (high, low) < (0xD7, 0xFA)
    )


def ink(character, weight=400):
    """The picture of one character as it is printed, cut to its ink."""
    page = pages(write(f'<p lang="zh-Hans" style="font-size:60pt;line-height:1;font-weight:{weight}">{character}</p>'))[
        0
    ]
    image = page.render(scale=1).to_pil().convert("L").crop((40, 60, 300, 200))
    return image.crop(ImageChops.invert(image).getbbox() or (0, 0, 1, 1))


def test_the_text_of_a_pdf_is_the_text_of_its_source():
    sample = level_one()
    assert len(sample) == 3755
    lines = [sample[start : start + 40] for start in range(0, len(sample), 40)]
    for tag in ("p", "b"):
        body = "".join(f"<{tag}>{line}</{tag}><br>" for line in lines)
        made = squeeze(text_of(write(f'<html lang="zh-Hans">{body}')))
        assert [line for line in lines if line not in made] == []
        assert re.sub(r"[\d/]", "", made) == sample


def test_characters_are_drawn_as_themselves():
    drawn = {character: ink(character) for character in PROBES}
    missing = ink("\U0010fffd")
    for character, image in drawn.items():
        assert image.size != missing.size or ImageChops.difference(image, missing).getbbox(), f"{character} is a box"
    assert len({(image.size, image.tobytes()) for image in drawn.values()}) == len(PROBES)


def drawn_by_the_font(character):
    font = ImageFont.truetype(str(settings.BASE_DIR / "static/fonts/NotoSansSC-Regular.ttf"), 60)
    own = Image.new("L", (120, 120), 255)
    ImageDraw.Draw(own).text((20, 10), character, font=font, fill=0)
    return own.crop(ImageChops.invert(own).getbbox())


def distance(own, printed):
    """Share of the picture that differs clearly."""
    difference = ImageChops.difference(own, printed.resize(own.size))
    return difference.point(lambda value: 255 if value > 140 else 0).histogram()[255] / (own.width * own.height)


def test_a_character_is_the_glyph_of_the_vendored_font():
    """A wrong glyph with a right text layer would pass any text test."""
    probes = "角线满意图国"
    for character in probes:
        apart = {other: distance(drawn_by_the_font(other), ink(character)) for other in probes}
        assert min(apart, key=apart.get) == character
        assert apart[character] < 0.1


def test_bold_is_bold():
    def darkness(weight):
        image = ink("满", weight).resize((60, 60))
        return sum(255 - value for value in image.tobytes())

    assert darkness(700) > darkness(400) * 1.15


PAYLOADS = [
    '<img src="{url}">',
    '<link rel="stylesheet" href="{url}">',
    '<link rel="attachment" href="{url}">',
    '<a rel="attachment" href="{url}">x</a>',
    '<style>@import url("{url}");</style>',
    '<p style="background:url({url})">x</p>',
    '<style>@font-face{{font-family:x;src:url("{url}")}} p{{font-family:x}}</style><p>x</p>',
    '<svg><image href="{url}" width="9" height="9"/></svg>',
    '<svg><use href="{url}#a"/></svg>',
    '<object data="{url}"></object><embed src="{url}">',
]


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A secret file, a listening port, and eyes on every opening."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET-4711")
    opened = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, *args, **kwargs: opened.append(args))
    yield secret, listener, opened
    listener.close()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_pdf_reads_no_file_and_no_address(payload, trap):
    secret, listener, opened = trap
    for url in (
        f"file://{secret}",
        f"http://127.0.0.1:{listener.getsockname()[1]}/x",
        "data:text/plain,TOP-SECRET-4711",
    ):
        made = write(f"<html><p>safe</p>{payload.format(url=url)}")
        assert b"EmbeddedFile" not in made
        assert b"TOP-SECRET" not in made
        assert "safe" in text_of(made)
        assert pypdfium2.PdfDocument(made).count_attachments() == 0
    assert opened == []
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_header_footer_and_number(settings, tmp_path):
    made = render(
        "pdf/table.html",
        {
            "headers": ["编号", "内容"],
            "rows": [[(str(i), True), ("发票抬头开错两次" * 3, False)] for i in range(120)],
            "meta": [("筛选", "未结")],
        },
        language="zh-hans",
        title="投诉台账<b>",
        number="满报〔2026〕3号",
        period="2026年第三季度",
    )
    found = pages(made)
    assert len(found) >= 4
    for number, page in enumerate(found, start=1):
        words = page.get_textpage().get_text_bounded()
        assert "投诉台账<b>" in words
        assert "2026年第三季度" in words
        assert "满报〔2026〕3号" in words
        assert f"{number} / {len(found)}" in words
        assert page.get_size() == pytest.approx((595.3, 841.9), abs=1)
        assert "内容" in words  # the head of the table repeats


def test_a_row_never_splits():
    rows = "".join(
        f"<tr><td>开始{i}<br>" + "<br>".join("行" * 5 for _ in range(i % 9)) + f"<br>结束{i}</td></tr>"
        for i in range(60)
    )
    for page in pages(write(f'<html lang="zh-Hans"><table>{rows}</table>')):
        words = page.get_textpage().get_text_bounded()
        assert re.findall(r"开始(\d+)", words) == re.findall(r"结束(\d+)", words)


def test_a_chart_in_a_pdf_shows_the_numbers_of_its_data():
    from django.template import Context, Template

    for kind in MAKERS:
        body = Template("{% load charts %}{% printed_chart chart number='图1' %}").render(
            Context({"chart": chart(kind)})
        )
        words = squeeze(text_of(write(f'<html lang="zh-Hans">{body}')))
        assert ("24Q1" if kind == "trend_limits" else "讲师教学水平") in words, kind
        assert "图1各维度满意率" in words, kind
    assert "1,200" in squeeze(
        text_of(
            write(Template("{% load charts %}{% printed_chart chart %}").render(Context({"chart": chart("funnel")})))
        )
    )


def test_the_language_of_the_document_is_set():
    made = render("pdf/table.html", {"headers": [], "rows": [], "meta": []}, language="en", title="Ledger")
    assert b"/Lang" in made or b"en" in made
    assert "No rows." in text_of(made)


def test_without_pango_the_cure_is_named(monkeypatch):
    import builtins

    real = builtins.__import__

    def broken(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(pdf.PdfUnavailable, match="apt-get install"):
        pdf.weasyprint()


def test_fonts_are_embedded_and_small():
    made = write('<html lang="zh-Hans"><p>满意 <b>不满意</b></p>')
    objects = pages(made)[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    fonts = [item.get_font() for item in objects]
    assert all(font.is_embedded for font in fonts)
    assert {font.get_base_name().split("+")[-1] for font in fonts} == {"Noto-Sans-SC", "Noto-Sans-SC-Bold"}
    assert len(made) < 60_000
    assert io.BytesIO(made).read(5) == b"%PDF-"
