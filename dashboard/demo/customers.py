"""Three hundred customers with contacts, projects, service records and logged calls."""

import random
from datetime import timedelta
from decimal import Decimal

from customers.choices import Channel, CustomerType, Direction, MatchStrength, Priority, Relation, ServiceKind, Tier
from customers.models import ContactPerson
from customers.services import customers, interactions, projects, service_records
from dashboard.demo.clock import at, moment

PLACES = [("华东", "East China", "SH"), ("上海", "Shanghai", "SH"), ("西南", "Southwest", "CD"), ("四川", "Sichuan", "CD"), ("华北", "North China", "HQ")]
INDUSTRIES = ["制造", "金融", "能源", "建筑", "医药", "物流", "信息技术", "政务"]
HEADS = [("明德", "Mingde"), ("华茂", "Huamao"), ("启航", "Qihang"), ("云岭", "Yunling"), ("江海", "Jianghai"), ("南湖", "Nanhu"), ("东方", "Dongfang"),
         ("恒信", "Hengxin"), ("瑞丰", "Ruifeng"), ("博远", "Boyuan"), ("天成", "Tiancheng"), ("正和", "Zhenghe"), ("海川", "Haichuan"), ("金石", "Jinshi"),
         ("长风", "Changfeng"), ("蓝图", "Lantu"), ("德信", "Dexin"), ("锦程", "Jincheng"), ("安泰", "Antai"), ("宏业", "Hongye")]  # fmt: skip
TAILS = [("医药", "Pharma"), ("建设", "Construction"), ("物流", "Logistics"), ("电力", "Power"), ("重工", "Heavy Industry"), ("银行", "Bank"),
         ("科技", "Technology"), ("能源", "Energy"), ("制造", "Manufacturing"), ("保险", "Insurance"), ("食品", "Foods"), ("软件", "Software")]  # fmt: skip
BODIES = [("市应急管理局", "Emergency Management Bureau"), ("区住房和城乡建设局", "Housing and Construction Bureau"), ("市人力资源和社会保障局", "Human Resources Bureau"),
          ("区市场监督管理局", "Market Supervision Bureau"), ("市交通运输局", "Transport Bureau")]  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "秀英", "晓东", "建华", "志远", "雨桐", "思琪", "浩然", "子轩", "婷婷"]
LATIN = ["Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang", "Zhou", "Wu"]
COURSES = [("项目管理实战", "Project Management in Practice"), ("安全生产管理", "Work Safety Management"), ("数字化技能提升", "Digital Skills"),
           ("领导力与团队", "Leadership and Teams"), ("财务与合规", "Finance and Compliance"), ("客户沟通技巧", "Communicating with Customers")]  # fmt: skip
CALLS = ["询问结业证书何时寄出，已告知三个工作日内。", "希望把下月培训改到周末，已记录并转业务部。", "反映教室空调不够冷，已通知后勤当天检修。", "感谢讲师课后耐心答疑。",
         "询问团体报名能否分两批开票，已说明流程。", "想了解课程录播的观看期限，已告知三十天。", "说课前通知来得太晚，希望提前一周。", "Asked for the course outline in English; sent by mail the same day."]  # fmt: skip


def make(org, today, rng, *, count=300, records=1800, calls=120):
    """Customers with their contacts, two years of service records and recent calls. Returns the list of customers."""
    by = org.users["officer"]
    with at(moment(today - timedelta(days=720))):
        made = customers.create_many(list(_rows(org, rng, count)), by=by)
    rows = list(made)
    _projects(org, rng, rows, today)
    contacts = {c.customer_id: c for c in ContactPerson.objects.filter(is_primary=True)}
    _services(org, rng, rows, contacts, today, records)
    _calls(org, rng, rows, contacts, today, calls)
    return rows


def _rows(org, rng, count):
    used = set()
    for number in range(1, count + 1):
        kind = rng.choices([CustomerType.ENTERPRISE, CustomerType.GOVERNMENT, CustomerType.INDIVIDUAL], [62, 12, 26])[0]
        zh_region, _en_region, unit = rng.choices(PLACES, [22, 26, 20, 20, 12])[0]
        name_zh, name_en = _name(kind, rng, used)
        english = rng.random() < 0.08
        person = rng.choice(SURNAMES) + rng.choice(GIVEN)
        agrees = rng.random() < 0.94
        contact = {
            "name": rng.choice(LATIN) + " " + rng.choice(["Ming", "Jie", "Fang", "Tao"]) if english else person,
            "phone": f"+86 13{rng.randint(0, 9)} {rng.randint(0, 9999):04d} {number:04d}", "email": f"contact{number:04d}@customer.example",
            "title": rng.choice(["培训负责人", "人力资源经理", "办公室主任", "部门经理", "学员"]), "language": "en" if english else "zh-hans",
            "consent_survey": agrees, "consent_source": "contract" if agrees else "",
        }  # fmt: skip
        yield {
            "contact": contact, "name_zh": name_zh if kind != CustomerType.INDIVIDUAL else contact["name"], "name_en": name_en, "type": kind,
            "tier": rng.choices(list(Tier), [18, 64, 18])[0], "relation": rng.choices(list(Relation), [22, 68, 10])[0],
            "region": zh_region, "industry": "" if kind == CustomerType.INDIVIDUAL else rng.choice(INDUSTRIES),
            "unit": org.units[unit], "owner": org.users[{"SH": "agent2", "CD": "agent3"}.get(unit, "agent")],
        }  # fmt: skip


def _name(kind, rng, used):
    while True:
        if kind == CustomerType.INDIVIDUAL:
            return "", ""
        (hz, he), (tz, te) = rng.choice(HEADS), rng.choice(TAILS)
        if kind == CustomerType.GOVERNMENT:
            bz, be = rng.choice(BODIES)
            pair = (f"{rng.choice(['临江', '安宁', '新城', '东港', '锦山', '青浦', '武侯', '高新'])}{bz}", be)
        else:
            pair = (f"{hz}{tz}{rng.choice(['有限公司', '集团', '股份有限公司'])}", f"{he} {te}")
        if pair[0] not in used:
            used.add(pair[0])
            return pair


def _projects(org, rng, rows, today):
    managers = [org.users[name] for name in ("department2", "department3", "department5")]
    for index, customer in enumerate([c for c in rows if c.type != CustomerType.INDIVIDUAL][:36]):
        starts = today - timedelta(days=rng.randint(40, 600))
        zh, en = rng.choice(COURSES)
        with at(moment(starts, 9)):
            project = projects.create(by=org.users["department5"], customer=customer, name_zh=f"{customer.name_zh}{zh}", name_en=f"{customer.name_en} {en}"[:200],
                                      manager=managers[index % 3], sales_owner=org.users["department"], starts_on=starts,
                                      ends_on=starts + timedelta(days=240))  # fmt: skip
            projects.add_milestone(project, by=org.users["department5"], name_zh="中期评估", name_en="Mid-term review", due_on=starts + timedelta(days=120), is_key=True)
            projects.begin(project, by=org.users["department5"])
        if starts + timedelta(days=240) < today:
            with at(moment(starts + timedelta(days=240), 17)):
                projects.complete(project, by=org.users["department5"])


def _services(org, rng, rows, contacts, today, count):
    places = {org.units["SH"].pk: ("SH-BT", "SH-SV"), org.units["CD"].pk: ("CD-BT", "CD-SV")}
    trainers = [org.users["trainer"], org.users["employee"]]
    for number in range(1, count + 1):
        customer = rng.choice(rows)
        day = today - timedelta(days=rng.randint(1, 700))
        zh, en = rng.choice(COURSES)
        is_case = rng.random() < 0.3
        business, service = places.get(customer.unit_id, ("BT", "CS"))
        with at(moment(day, 18)):
            service_records.create(
                by=org.users["officer"], customer=customer, contact=contacts.get(customer.pk), number=f"SR-{day.year}-{number:05d}",
                kind=ServiceKind.CASE if is_case else ServiceKind.CLASS, name_zh=zh, name_en=en,
                priority=rng.choices(list(Priority), [6, 18, 46, 30])[0] if is_case else "",
                unit=org.units[service if is_case else business], staff=rng.choice(trainers), happened_on=day,
                closed_on=min(day + timedelta(days=rng.randint(0, 6)), today), amount=Decimal(rng.randrange(800, 60000, 100)),
            )  # fmt: skip


def _calls(org, rng, rows, contacts, today, count):
    agents = [org.users[name] for name in ("agent", "agent2", "agent3")]
    for _number in range(count):
        customer = rng.choice(rows)
        contact = contacts.get(customer.pk)
        begun = moment(today - timedelta(days=rng.randint(1, 60)), rng.randint(9, 17), rng.randint(0, 59))
        with at(begun + timedelta(minutes=8)):
            interactions.log(by=rng.choice(agents), customer=customer, contact=contact, number=contact.phone if contact else "", channel=Channel.PHONE,
                             direction=rng.choice(list(Direction)), match_strength=MatchStrength.EXACT if contact else MatchStrength.NONE,
                             started_at=begun, ended_at=begun + timedelta(minutes=rng.randint(2, 8)), summary=rng.choice(CALLS))  # fmt: skip


def rng_of(seed=20260101):
    return random.Random(seed)  # noqa: S311 (repeatable demonstration data, not a secret)
