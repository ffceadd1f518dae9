"""Customers' doors of the ledger, without login. Mounted at /voice/."""

from django.urls import path

from complaints.views_public import voice
from complaints.views_track import track

app_name = "voice"
urlpatterns = [
    path("", voice, name="form"),
    path("track/", track, name="track"),
]
