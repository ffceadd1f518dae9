from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordWords(models.Model):
    """What a record says, for the search: its plain texts in the form in which they are compared, and their single
    characters and pairs (decision 20, docs/adr/0018). The database writes it whenever one of the texts is written; what is
    encrypted never comes here. A table of its own, so that a change of state does not touch the index.
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.PROTECT, primary_key=True, related_name="words", verbose_name=_("record")
    )
    text = models.TextField(_("what it says"), blank=True)
    vector = SearchVectorField(_("characters and pairs"))

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="record_by_words")]
        verbose_name = _("words of a record")
        verbose_name_plural = _("words of records")

    def __str__(self):
        return str(self.complaint_id)
