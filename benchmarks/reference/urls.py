from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import path
from refapp.models import Sub

QUESTIONS = [{"name": f"r{number}", "text": f"Rating {number}", "options": [1, 2, 3, 4, 5]} for number in range(10)]
QUESTIONS += [
    {"name": "prod", "text": "Product", "options": list(range(5))},
    {"name": "reg", "text": "Region", "options": list(range(8))},
    {"name": "nps", "text": "NPS", "options": list(range(11))},
]


def form(request):
    if request.method != "POST":
        return render(request, "form.html", {"questions": QUESTIONS})
    data = {}
    for question in QUESTIONS:
        value = request.POST.get(question["name"])
        if value is None or value not in map(str, question["options"]):
            return HttpResponseBadRequest("bad")
        data[question["name"]] = int(value)
    data["t1"] = request.POST.get("t1", "")[:5000]
    data["t2"] = request.POST.get("t2", "")[:5000]
    Sub.objects.create(data=data)
    return HttpResponse("Thank you")


urlpatterns = [path("form/", form)]
