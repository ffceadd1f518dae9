"""PDF by WeasyPrint: our templates, our fonts, nothing else.

The document may name no file and no address: the fetcher knows two fonts by name and refuses everything else,
so that text typed by a stranger can neither read the server nor reach the network, nor attach a file.
"""

from functools import lru_cache
from io import BytesIO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from core.brand import print_sheet
from core.i18n import speaking, suffix

FONT_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
FONTS = {f"asset:fonts/{name}": settings.BASE_DIR / "static" / "fonts" / name for name in FONT_FILES}
PANGO = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
STYLE = settings.BASE_DIR / "static" / "css" / "pdf.css"


class PdfUnavailable(RuntimeError):
    """Pango is not on this machine; the message names the command that installs it."""


def weasyprint():
    """The library, imported at the first PDF. Raises PdfUnavailable where Pango is missing."""
    try:
        import weasyprint  # half a second and Pango: not for every process
    except OSError as error:
        raise PdfUnavailable(f"PDF needs Pango: {PANGO}") from error
    return weasyprint


@lru_cache(maxsize=1)
def fetcher_class():
    weasyprint()
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OurFontsOnly(URLFetcher):
        """Answers for the vendored fonts; refuses every other address before anything is opened."""

        def fetch(self, url, headers=None):
            if url not in FONTS:
                raise ValueError(f"not allowed in a PDF: {url[:80]}")
            return URLFetcherResponse(url, FONTS[url].read_bytes(), {"Content-Type": "font/ttf"})

    return OurFontsOnly


def render(template, context, *, language, title, number=None, period=""):
    """Bytes of an A4 PDF from a template that extends ``pdf/base.html``.

    ``title`` and ``period`` stand in the page header, ``number`` (issue number), the moment of making and
    page x / y in the footer; the template sees them too, with ``language`` and ``generated_at``.
    Raises PdfUnavailable.
    """
    facts = {
        "title": title,
        "period": period,
        "number": number or "",
        "language": language,
        "lang": "en" if suffix(language) == "en" else "zh-Hans",
        "generated_at": timezone.now(),
        "portal_name": settings.PORTAL[f"name_{suffix(language)}"],
    }
    with speaking(language):
        return write(render_to_string(template, {**facts, **context}))


def write(html):
    """Bytes of the PDF of finished HTML, drawn with ``pdf.css`` and the vendored fonts only."""
    library = weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fetch, fonts = fetcher_class()(), FontConfiguration()
    words = STYLE.read_text("utf-8") + print_sheet(settings.PORTAL["colour"])
    style = library.CSS(string=words, url_fetcher=fetch, font_config=fonts)
    target = BytesIO()
    document = library.HTML(string=html, url_fetcher=fetch, base_url=None)
    document.write_pdf(target, stylesheets=[style], font_config=fonts)
    return target.getvalue()
