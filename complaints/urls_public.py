"""Customers' doors of the ledger, without login. Mounted at /voice/."""

from django.urls import path

from complaints.views_notice import channels, channels_pdf
from complaints.views_public import voice
from complaints.views_track import track
from complaints.views_track_acts import add, say, take_back

app_name = "voice"
urlpatterns = [
    path("", voice, name="form"),
    path("track/", track, name="track"),
    path("track/add/", add, name="add"),
    path("track/say/", say, name="say"),
    path("track/take-back/", take_back, name="take_back"),
    path("channels/", channels, name="channels"),
    path("channels.pdf", channels_pdf, name="channels_pdf"),
]
