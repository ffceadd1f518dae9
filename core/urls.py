from django.urls import path

from core import attachments, brand, gallery, jobs, preferences, views
from core.worktime import views as worktime

app_name = "core"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("preferences/language", preferences.set_language, name="set_language"),
    path("preferences/theme", preferences.set_theme, name="set_theme"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("attachments/<int:pk>/", attachments.download, name="attachment"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/cancel", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:pk>/file", jobs.job_file, name="job_file"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("brand.png", brand.brand_logo, name="brand_logo"),
    path("calendar/", worktime.calendar, name="calendar_now"),
    path("calendar/<int:year>/", worktime.calendar, name="calendar"),
    path("calendar/<int:year>/act", worktime.year_act, name="calendar_year"),
    path("calendar/day", worktime.day_edit, name="calendar_day"),
    path("calendar/week", worktime.week_edit, name="calendar_week"),
]
