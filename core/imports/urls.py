from django.urls import path

from core.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.import_index, name="index"),
    path("run/<uuid:pk>/", views.import_result, name="result"),
    path("run/<uuid:pk>/commit", views.import_commit, name="commit"),
    path("<slug:code>/", views.import_start, name="start"),
    path("<slug:code>/template", views.import_template, name="template"),
]
