"""Head office, two branches, eight departments, forty staff with posts and roles."""

from types import SimpleNamespace

from accounts.choices import Role
from accounts.models import Post, User
from accounts.services import people, units

PASSWORD = "satisfaction-demo-2026"  # noqa: S105 (printed at the start; a demonstration base holds nothing real)

UNITS = [  # code, parent, kind, type, zh, en
    ("HQ", None, "head_office", "", "知行培训总部", "Zhixing Training Head Office"),
    ("SH", "HQ", "branch", "", "上海分公司", "Shanghai Branch"),
    ("CD", "HQ", "branch", "", "成都分公司", "Chengdu Branch"),
    ("QA", "HQ", "department", "support", "质量管理部", "Quality Management"),
    ("HR", "HQ", "department", "support", "人力资源部", "Human Resources"),
    ("CS", "HQ", "department", "service", "客户服务部", "Customer Service"),
    ("BT", "HQ", "department", "business", "企业培训部", "Corporate Training"),
    ("SH-BT", "SH", "department", "business", "上海培训业务部", "Shanghai Training"),
    ("SH-SV", "SH", "department", "service", "上海学员服务部", "Shanghai Learner Services"),
    ("CD-BT", "CD", "department", "business", "成都培训业务部", "Chengdu Training"),
    ("CD-SV", "CD", "department", "service", "成都学员服务部", "Chengdu Learner Services"),
]

POSTS = [
    ("GM", "总经理", "General manager"), ("VP", "分管副总裁", "Vice president"), ("HEAD", "部门负责人", "Head of department"),
    ("QO", "质量专员", "Quality officer"), ("CSR", "客服专员", "Service agent"), ("CSL", "客服主管", "Service lead"),
    ("PM", "项目经理", "Project manager"), ("TR", "讲师", "Trainer"), ("HRS", "绩效专员", "Appraisal officer"), ("ADM", "系统管理员", "System administrator"),
]  # fmt: skip

# login, zh, en, unit, post, head, roles
STAFF = [
    ("admin", "沈一帆", "Shen Yifan", "HQ", "ADM", False, [Role.ADMINISTRATOR]),
    ("executive", "周启明", "Zhou Qiming", "HQ", "VP", True, [Role.EXECUTIVE]),
    ("officer", "许静文", "Xu Jingwen", "QA", "QO", False, [Role.SURVEY_OFFICER]),
    ("officer2", "宋嘉宁", "Song Jianing", "QA", "HEAD", True, [Role.SURVEY_OFFICER]),
    ("agent", "林小雨", "Lin Xiaoyu", "CS", "CSR", False, [Role.AGENT]),
    ("agent2", "赵思远", "Zhao Siyuan", "SH-SV", "CSR", False, [Role.AGENT]),
    ("agent3", "罗雪", "Luo Xue", "CD-SV", "CSR", False, [Role.AGENT]),
    ("lead", "陈丽华", "Chen Lihua", "CS", "CSL", True, [Role.LEAD]),
    ("department", "李雯", "Li Wen", "SH-SV", "HEAD", True, [Role.DEPARTMENT_USER]),
    ("department2", "何建国", "He Jianguo", "SH-BT", "HEAD", True, [Role.DEPARTMENT_USER]),
    ("department3", "杨帆", "Yang Fan", "CD-BT", "HEAD", True, [Role.DEPARTMENT_USER]),
    ("department4", "唐敏", "Tang Min", "CD-SV", "HEAD", True, [Role.DEPARTMENT_USER]),
    ("department5", "顾衡", "Gu Heng", "BT", "HEAD", True, [Role.DEPARTMENT_USER]),
    ("supervisor", "高哲", "Gao Zhe", "QA", "QO", False, []),
    ("supervisor2", "钱素琴", "Qian Suqin", "HR", "HRS", False, []),
    ("hr", "贺敏", "He Min", "HR", "HEAD", True, [Role.APPRAISAL_OFFICER]),
    ("trainer", "周明轩", "Zhou Mingxuan", "BT", "TR", False, [Role.TRAINER]),
    ("employee", "郑秋实", "Zheng Qiushi", "BT", "TR", False, []),
    ("agency", "方正调研", "Fangzheng Research", "HQ", "QO", False, [Role.AGENCY]),
]

BRANCH_HEADS = {"SH": "department", "CD": "department4"}

MORE = [
    ("王建平", "Wang Jianping"), ("刘芳", "Liu Fang"), ("张伟东", "Zhang Weidong"), ("孙丽娜", "Sun Lina"), ("吴昊", "Wu Hao"),
    ("徐佳", "Xu Jia"), ("马骏", "Ma Jun"), ("胡晓峰", "Hu Xiaofeng"), ("朱玲", "Zhu Ling"), ("郭涛", "Guo Tao"), ("黄婷婷", "Huang Tingting"),
    ("梁志强", "Liang Zhiqiang"), ("韩雪梅", "Han Xuemei"), ("冯磊", "Feng Lei"), ("董洁", "Dong Jie"), ("蒋文博", "Jiang Wenbo"),
    ("蔡琳", "Cai Lin"), ("余波", "Yu Bo"), ("潘晓雯", "Pan Xiaowen"), ("田野", "Tian Ye"), ("姚丹", "Yao Dan"),
]  # fmt: skip


def make(joined):
    """Everybody and everything of the organisation, since the day ``joined``. Returns ``units`` by code, ``users`` by login."""
    first = User(username="setup", email="setup@zhixing.example", name_zh="初始设置", name_en="Setup", is_active=False)
    first.set_unusable_password()
    first.save()
    org = SimpleNamespace(units={}, users={}, setup=first)
    for position, (code, parent, kind, dtype, zh, en) in enumerate(UNITS):
        org.units[code] = units.create(by=first, code=code, name_zh=zh, name_en=en, kind=kind, department_type=dtype,
                                       parent=org.units.get(parent), position=position)  # fmt: skip
    posts = {code: Post.objects.create(code=code, name_zh=zh, name_en=en) for code, zh, en in POSTS}
    for login, zh, en, unit, post, head, roles in STAFF:
        org.users[login] = _person(first, login, zh, en, org.units[unit], posts[post], roles, head, joined, PASSWORD)
    places = ["SH-BT", "SH-SV", "CD-BT", "CD-SV", "BT", "CS", "QA"]
    for index, (zh, en) in enumerate(MORE):
        place = places[index % len(places)]
        service = place.endswith("SV") or place == "CS"
        login = en.lower().replace(" ", ".")
        roles = [Role.AGENT] if service else []
        org.users[login] = _person(
            first, login, zh, en, org.units[place], posts["CSR" if service else "TR"], roles, False, joined, None
        )
    for code, login in BRANCH_HEADS.items():
        people.join(org.users[login], org.units[code], by=first, is_head=True, since=joined)
    for login in ("supervisor", "supervisor2"):
        people.name_supervisor(org.users[login], by=org.users["executive"], since=joined)
    return org


def _person(by, login, zh, en, unit, post, roles, head, joined, password):
    return people.create(by=by, username=login, email=f"{login}@zhixing.example", name_zh=zh, name_en=en, roles=roles, unit=unit,
                         is_head=head, post=post, password=password, since=joined)  # fmt: skip


LOGINS = [(login, roles[0] if roles else (Role.SUPERVISOR if login.startswith("supervisor") else Role.EMPLOYEE))
          for login, _zh, _en, _unit, _post, _head, roles in STAFF if not login[-1].isdigit()]  # fmt: skip
