"""Customers' doors of the ledger, without login."""

from django.urls import path

from complaints import views_public as views

app_name = "voice"
urlpatterns = [
    path("", views.voice, name="form"),
    path("track/", views.track, name="track"),
]
