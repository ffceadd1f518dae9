"""A schema for the tests, and workbooks for it."""

import io
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import models

from core.imports.schema import Column, Schema

CAPABILITY = "core.change_working_time"


class Level(models.TextChoices):
    KEY = "key", "重点"
    PLAIN = "plain", "一般"


class GuestImport(Schema):
    code = "guests"
    title = "Guests"
    help = "One row per guest."
    capability = CAPABILITY
    limit = 30_000
    columns = (
        Column("number", "Number", required=True, unique=True, max_length=20, example="G-0"),
        Column("name", "Name", required=True, max_length=30, example="Example", aliases=("姓名", "客户名称")),
        Column("level", "Level", kind="choice", choices=Level, example=Level.KEY),
        Column("visits", "Visits", kind="integer", minimum=0, maximum=1000, example="3"),
        Column("rate", "Rate", kind="decimal", example="0.5"),
        Column("since", "Since", kind="date", minimum=date(2000, 1, 1), example="2024-03-01"),
        Column("called", "Called", kind="datetime", example="2024-03-01 10:00"),
        Column("active", "Active", kind="bool", example="yes"),
        Column("phone", "Phone", kind="phone", personal=True, example="13800000005"),
        Column("mail", "Mail", kind="email", example="g@example.com"),
        Column("about", "About", kind="reference", example="user"),
    )
    together = (("name", "phone"),)

    def clean_row(self, row, context):
        if row["level"] == Level.KEY and row["visits"] is None and not row.failed("visits"):
            row.fail("visits", "A key guest has visits.")

    def resolve(self, rows, context):
        self.look_up(rows, "about", ContentType.objects.filter(app_label="core"), field="model")
        self.refuse_existing(rows, "number", Group.objects.all(), field="name")

    def commit(self, rows, *, by, progress):
        for row in rows:
            Group.objects.create(name=row["number"])
            progress.step()
        return {"url": "/guests/"}


HEADER = [column.label for column in GuestImport.columns]


def good(number):
    """A row without fault."""
    return [
        f"G-{number}",
        f"Guest {number}",
        "重点",
        number % 1000,
        0.25,
        date(2024, 3, 1),
        datetime(2024, 3, 1, 10, 30),  # noqa: DTZ001 (a spreadsheet knows no zones)
        "yes",
        f"138{number:08d}",
        f"g{number}@example.com",
        "job",
    ]


VALUES = {
    "number": "G-7",
    "name": "Guest 7",
    "level": "key",
    "visits": 7,
    "rate": Decimal("0.25"),
    "since": date(2024, 3, 1),
    "active": True,
    "phone": "+8613800000007",
    "mail": "g7@example.com",
}

# (column, what stands there, part of the reason in English): twenty kinds of fault
FAULTS = [
    ("Number", "", "filled in"),
    ("Number", "G" * 21, "21 characters"),
    ("Name", "", "filled in"),
    ("Name", "n\x01n", "cannot be read"),
    ("Name", "N" * 31, "31 characters"),
    ("Level", "sehr wichtig", "none of the possible"),
    ("Visits", "many", "not a number"),
    ("Visits", 1.5, "whole number"),
    ("Visits", -1, "below 0"),
    ("Visits", 1001, "above 1000"),
    ("Rate", "1/2", "not a number"),
    ("Since", "soon", "not a date"),
    ("Since", "2024-02-30", "not a date"),
    ("Since", date(1999, 12, 31), "below"),
    ("Called", "2024-03-01 25:00", "not a date"),
    ("Active", "perhaps", "yes or no"),
    ("Phone", "12345", "phone number"),
    ("Phone", "ring me", "phone number"),
    ("Mail", "nobody", "mail address"),
    ("About", "nothing like this", "no such entry"),
]


def workbook(rows, header=HEADER, sheet="Guests", above=()):
    """Bytes of an .xlsx with these rows."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    day, moment = (
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    for number, row in enumerate([*above, header, *rows]):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(number, place, cell, moment)
            elif isinstance(cell, date):
                page.write_datetime(number, place, cell, day)
            elif isinstance(cell, int | float):
                page.write_number(number, place, cell)
            elif cell:
                page.write_string(number, place, cell)
    book.close()
    return file.getvalue()


def planted(count, faults):
    """(rows, expected): ``count`` rows of which ``faults`` hold one fault each; expected is {(cell, part of
    reason)}."""
    rows = [good(number) for number in range(1, count + 1)]
    expected, step = set(), count // faults
    for index in range(faults):
        column, value, reason = FAULTS[index % len(FAULTS)]
        place, number = HEADER.index(column), index * step
        rows[number][place] = value
        expected.add((f"{'ABCDEFGHIJK'[place]}{number + 2}", reason))
    return rows, expected
