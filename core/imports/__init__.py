"""Workbooks from people: template → check → error workbook → commit. Declare a Schema (core.imports.schema).

reader.py and guard.py import no Django: they also run in the small process that opens the file.
"""
