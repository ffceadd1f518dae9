"""Pure functions on numbers: the only source of figures for the screen, the PDF and the workbook.

Import the module of the subject (`from core.statistics.scores import rating`); this package itself loads
nothing. numpy (drivers, reliability, suppression of small groups) and scipy (Games–Howell) are loaded by the
functions that need them, when they are called.

Conventions that hold everywhere:

* counts come lowest score first unless a function says otherwise; "don't know" is never part of them;
* shares and differences of shares are fractions (0.75), scores stand on their own scale, NPS and indices
  in points;
* what cannot be stated is None: no answers, an interval from one answer, a test without spread. NaN and
  infinity are never returned. Input that contradicts itself raises ValueError.
"""
