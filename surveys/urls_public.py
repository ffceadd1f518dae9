"""Customers' doors of the surveys: personal links, open links, privacy. Mounted at the root."""

from django.urls import path

from surveys import views_public as views

app_name = "respond"
urlpatterns = [
    path("s/<str:token>/", views.personal, name="personal"),
    path("s/<str:token>/save", views.save, name="save"),
    path("s/<str:token>/stop/", views.stop, name="stop"),
    path("q/<str:code>/", views.open_link, name="open"),
    path("q/<str:code>/received/<str:receipt>/", views.open_received, name="received"),
    path("privacy", views.privacy, name="privacy"),
]
