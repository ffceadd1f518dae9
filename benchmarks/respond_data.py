"""Open waves for the load generator, made by the services staff use; prints the addresses as JSON.

One section with 15 answers, as in the reference: ten ratings, two choices, one 0–10, two texts.
Run by benchmarks/run.py inside the portal's environment.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")


def fifteen():
    from tests.surveys.asking import question, rating, words

    def options(count):
        return [{"code": n, "label": words(f"选项{n}", f"Option {n}")} for n in range(count)]

    return {
        "title": words("十五题", "Fifteen answers"), "intro": None,
        "sections": [{"code": "all", "title": words("评价", "Rating"), "questions": [
            *(rating(f"r{n}", f"评价{n}", f"Rating {n}") for n in range(10)),
            question("prod", "single", words("产品", "Product"), options=options(5)),
            question("reg", "single", words("地区", "Region"), options=options(8)),
            question("nps", "scale_0_10", words("推荐", "NPS")),
            *(question(f"t{n}", "text", words(f"意见{n}", f"Words {n}"), required=False) for n in range(2)),
        ]}],
    }  # fmt: skip


def main(invited):
    import django

    django.setup()
    from core.crypto import make_keys
    from tests.surveys.asking import links_of, open_wave

    make_keys()
    named = open_wave(fifteen(), invited=invited, questionnaire="named")
    anonymous = open_wave(fifteen(), invited=invited, questionnaire="anonymous", is_anonymous=True)
    public = open_wave(fifteen(), invited=0, questionnaire="public")
    print(json.dumps({
        "named": links_of(named), "anonymous": links_of(anonymous), "public": [f"/q/{public.open_code}/"],
    }))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
