from django.db import models


class Sub(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    data = models.JSONField()

    def __str__(self):
        return str(self.pk)
