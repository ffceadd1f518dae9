"""Serial numbers of paper questionnaires: a number and a check digit, so that a slip of the finger is noticed. Pure."""

import re


def check_digit(number):
    """Luhn's check digit: it notices one wrong digit and most swapped neighbours (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(str(number))]
    doubled = (sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    return -sum(doubled) % 10


def write(number):
    """``12`` as it stands on the sheet: ``0012-5``."""
    return f"{number:04d}-{check_digit(number)}"


def read(text):
    """The number of a serial as somebody typed it (``0012-5``, ``125``), or None where the check digit is wrong."""
    found = re.fullmatch(r"(\d{1,9}?)\s*[-–－]?\s*(\d)", (text or "").strip())
    if not found:
        return None
    number = int(found[1])
    return number if number and check_digit(number) == int(found[2]) else None
