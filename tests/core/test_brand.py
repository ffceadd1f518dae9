"""The company's colour: refused where it cannot be read, the nearest one that can is named, and every pair of tokens passes."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from core import brand, contrast
from satisfaction import environment


def test_contrast_as_wcag_counts_it():
    assert contrast.ratio("#000", "#ffffff") == 21
    assert contrast.ratio("#fff", "#fff") == 1
    assert round(contrast.ratio("#767676", "#fff"), 2) == 4.54
    assert round(contrast.ratio("#777777", "#fff"), 2) == 4.48


@pytest.mark.parametrize(
    "colour", ["#0f766e", "#005bac", "#c00000", "#ffd400", "#7fffd4", "#000000", "#808080", "#1a1aff"]
)
def test_every_pair_of_the_palette_can_be_read(colour):
    found = contrast.nearest(colour)
    assert contrast.passes(found) and (found == colour or not contrast.passes(colour))
    tokens = contrast.palette(found)
    for theme, ground in (("light", contrast.WHITE), ("dark", contrast.DARK_CARD)):
        one = tokens[theme]
        pairs = [(one["accent"], ground), (one["accent-strong"], ground), (one["on-accent"], one["accent"]),
                 (one["accent-strong"], one["accent-soft"])]  # fmt: skip
        assert [contrast.passes(*pair) for pair in pairs] == [True] * 4, (theme, one)


def test_a_colour_that_passes_is_taken(monkeypatch):
    monkeypatch.setenv("PORTAL_COLOUR", "#005BAC")
    assert environment.colour("PORTAL_COLOUR", "#0f766e") == "#005bac"
    monkeypatch.setenv("PORTAL_COLOUR", "")
    assert environment.colour("PORTAL_COLOUR", "#0f766e") == "#0f766e"


def test_a_colour_that_cannot_be_read_stops_the_start_and_names_the_cure(monkeypatch):
    monkeypatch.setenv("PORTAL_COLOUR", "#ffd400")
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.colour("PORTAL_COLOUR", "#0f766e")
    said = str(refused.value)
    assert "1.43 to 1" in said and contrast.nearest("#ffd400") in said and contrast.passes(contrast.nearest("#ffd400"))
    monkeypatch.setenv("PORTAL_COLOUR", "teal")
    with pytest.raises(ImproperlyConfigured, match="#rrggbb"):
        environment.colour("PORTAL_COLOUR", "#0f766e")


def test_a_logo_is_a_small_png(monkeypatch, tmp_path):
    path = tmp_path / "logo.png"
    monkeypatch.setenv("PORTAL_LOGO", str(path))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        environment.picture("PORTAL_LOGO")
    path.write_bytes(b"<svg/>")
    with pytest.raises(ImproperlyConfigured, match="PNG"):
        environment.picture("PORTAL_LOGO")
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert environment.picture("PORTAL_LOGO") == str(path)


@pytest.mark.django_db
def test_customers_pages_carry_colour_and_logo(client, settings, tmp_path):
    assert b"brand." not in client.get(reverse("respond:privacy")).content
    path = tmp_path / "logo.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    settings.PORTAL = {**settings.PORTAL, "colour": "#005bac", "is_branded": True, "logo": str(path)}
    page = client.get(reverse("respond:privacy")).content.decode()
    assert "/brand.css?005bac" in page and "/brand.png" in page
    style = client.get(reverse("core:brand_css"))
    assert style["Content-Type"] == "text/css" and "--accent: #005bac" in style.content.decode()
    assert client.get(reverse("core:brand_logo")).content == path.read_bytes()
    assert "#005bac" in brand.print_sheet("#005bac")


@pytest.mark.django_db
def test_without_a_logo_there_is_none(client):
    assert client.get(reverse("core:brand_logo")).status_code == 404
