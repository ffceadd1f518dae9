"""The real parts that other tests lean on do what docs/testing.md says."""

from django.core.mail import EmailMessage

from core.models import Heartbeat
from core.tasks import beat_heartbeat


def test_mail_arrives_by_smtp(smtp):
    EmailMessage("满意度调查", "请填写。", to=["a@example.com", "b@example.com"]).send()
    assert [message["subject"] for message in smtp.messages] == ["满意度调查"]
    assert smtp.to("b@example.com")[0].get_content().strip() == "请填写。"
    assert smtp.to("c@example.com") == []


def test_a_task_runs_in_the_worker(celery_worker_process, wait_for):
    beat_heartbeat.delay()
    wait_for(lambda: Heartbeat.objects.filter(name="worker").exists())
    assert celery_worker_process.process.poll() is None


def test_the_worker_meets_an_empty_database_again(celery_worker_process):
    assert Heartbeat.objects.count() == 0


def test_chromium_draws_chinese_with_our_font(page):
    page.goto("/account/login/")
    page.evaluate("document.body.innerHTML = '<p id=text>满意度调查</p>'")
    page.evaluate("document.getElementById('text').style.fontFamily = 'Noto Sans SC'")
    tools = page.context.new_cdp_session(page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    node = tools.send("DOM.querySelector", {"nodeId": root, "selector": "#text"})["nodeId"]
    fonts = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [font["familyName"] for font in fonts] == ["Noto Sans SC"]
