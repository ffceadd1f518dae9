"""Words out of a mail that came as HTML only. What it would run, load or hide stays behind."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "object"}
BREAKS = {
    "p",
    "div",
    "br",
    "li",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "hr",
    "ul",
    "ol",
}


class _Words(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.made, self.silent = [], []

    def handle_starttag(self, tag, attrs):
        if tag in SILENT:
            self.silent.append(tag)
        elif tag in BREAKS:
            self.made.append("\n")
        elif tag == "td":
            self.made.append(" ")

    def handle_endtag(self, tag):
        if self.silent and tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif tag in BREAKS:
            self.made.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.made.append(re.sub(r"\s+", " ", data))


def words(html):
    """The text of ``html``, a line for each of its blocks."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.made).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
