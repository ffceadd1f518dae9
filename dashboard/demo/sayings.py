"""What customers of the company complain about, suggest, ask and praise. Each row: weight, unit, category, severity, cause, title, words."""

COMPLAINTS = [
    (9, "CD-SV", "after_sales", "minor", "process", "结业证书超过承诺时间仍未寄到", "说好两周寄到，已经一个月了，单位年审等着用。"),
    (6, "CD-SV", "price", "minor", "process", "发票抬头开错，两次退回仍未改好", "发票抬头写成了别的公司，退回两次，财务催得很急。"),
    (5, "SH-SV", "after_sales", "minor", "communication", "课后提问三天无人回复", "在学习群里问了两次，三天才有人回，而且让我重新描述。"),
    (4, "BT", "organisation", "minor", "process", "开课通知太晚，人员无法安排", "开课前一天晚上才收到通知，六个人只来得及安排三个。"),
    (3, "SH-BT", "organisation", "minor", "equipment", "教室空调故障两天没有修好", "连续两天教室三十多度，报修后没有人来。"),
    (3, "BT", "quality", "major", "need", "课程内容与约定的大纲不符", "合同附件写明的两个模块没有讲，学员普遍不满意。"),
    (3, "CD-BT", "quality", "minor", "expectation", "讲师临时更换，水平差距明显", "原定讲师没来，代课老师照念讲义。"),
    (2, "SH-SV", "conduct", "major", "skill", "工作人员态度生硬", "咨询退费时被反复打断，最后直接挂断电话。"),
    (2, "CD-SV", "price", "major", "communication", "退费迟迟不到账", "取消课程已经五周，退款仍未到账，每次答复都不一样。"),
    (1, "SH-BT", "organisation", "critical", "equipment", "实训室插座漏电", "实训时有学员被电了一下，幸好没有受伤，请马上检查。"),
]  # fmt: skip
SUGGESTIONS = [
    ("BT", "建议开课通知至少提前三个工作日发出", "用短信和邮件同时通知，附上路线图。", "adopted", "已改为提前五个工作日通知，短信和邮件各一次。", "Notice now goes out five working days ahead, by text message and mail."),
    ("CD-SV", "建议证书寄送提供快递单号查询", "寄出后自动把单号发给学员。", "adopted", "十二月起寄出当天自动发送单号。", "From December the tracking number is sent on the day of dispatch."),
    ("SH-BT", "午休时间希望开放自习教室", "中午没有地方休息和复习。", "partly", "先开放两间，视使用情况再增加。", "Two rooms are open for now; more follow if they are used."),
    ("BT", "希望课程录播可以回看一个月", "缺课的同事可以补看。", "partly", "公开课可回看两周，内训课按合同约定。", "Open courses can be watched for two weeks; in-house ones as agreed in the contract."),
    ("SH-SV", "建议把答疑集中到固定时间直播", "每周一小时集中答疑比群里问效率高。", "not_adopted", "试行两次参加人数不足五人，改为群内两小时内应答。", "Two trials drew fewer than five people each; questions in the group are answered within two hours instead."),
    ("CD-BT", "建议讲义改用大字版", "投影的字太小，后排看不清。", "adopted", "新版讲义字号不小于18磅。", "New handouts use type of 18 points or more."),
    ("BT", "希望增加英文授课班", "外籍同事听不懂中文课程。", "deferred", "明年一季度统计需求后再定。", "To be decided after demand is counted in the first quarter."),
]  # fmt: skip
ENQUIRIES = [
    ("年后的项目管理认证班什么时候报名？", "想让六位同事一起报名。", "一月十日开放报名，已登记提醒。"),
    ("证书可以改寄到新地址吗？", "公司搬家了。", "已改为新地址，预计三天内寄出。"),
    ("开具专用发票需要哪些资料？", "财务需要专票。", "已发送资料清单。"),
    ("内训可以安排在周末吗？", "工作日走不开。", "可以，已转业务部门报价。"),
]  # fmt: skip
PRAISE = [
    ("周老师讲得透彻，课后还耐心答疑", "课程结束后又用了半小时帮我们看方案。"),
    ("前台小林帮忙处理了停车问题", "下雨天还送我们到停车场，非常感谢。"),
    ("班主任安排细致", "六天的课程井井有条。"),
]  # fmt: skip
FACTS = {
    "process": ("经核对记录，环节交接没有时限，责任在我方。", "补办并当面致歉；流程增加时限和提醒。"),
    "communication": ("录音和聊天记录显示没有一次说清，责任在我方。", "由专人统一答复，一次说清所需时间。"),
    "equipment": ("设备报修记录属实，维修拖延。", "已更换设备，课前一天检查。"),
    "need": ("对照合同附件，两个模块未讲。", "免费补课一天，并调整课件。"),
    "expectation": ("更换讲师已提前通知，但通知未说明原因。", "说明原因，提供一次旁听机会。"),
    "skill": ("录音证实服务人员语气不当。", "当事人道歉并参加服务培训。"),
}
MEANING = "问题已解决，您不需要再做任何事；同样的情况今后由系统提前提醒我们。"
THANKS = "谢谢您告诉我们，让我们能够改正。"


# Mails: (hours ago, sender's name, address or "" for a known customer, subject, text, what became of it)
MAILS = (
    (52, "", "", "关于增值税专用发票的咨询", "您好，我们单位上月参加了两期培训，想请贵方把发票合并开成一张专用发票，请问需要提供哪些资料？", "answered"),
    (31, "", "", "讲义与授课内容不一致", "上周的课程讲义和老师讲的版本不一致，学员对照起来很困难，希望能补发新的讲义。", "interim"),
    (20, "", "", "建议增加线上答疑", "课后问题比较多，建议每期课程结束后安排一次线上答疑。", "open"),
    (27, "周敏", "zhoumin@jingke.example", "退费迟迟未到账", "9月报名的课程已取消，客服说十个工作日退费，现在已经超过了，请尽快处理。", ""),
    (9, "Laura Meier", "laura.meier@nordtech.example", "Invoice address for our class in December",
     "Dear team,\n\nour legal address has changed. Could you please send the invoice for the December class to the new one? Which details do you need from us?\n\nKind regards\nLaura Meier", ""),
    (6, "", "", "现场签到二维码打不开", "今天上午现场签到的二维码一直打不开，最后改成手写，耽误了二十分钟。", ""),
    (4, "合作推广中心", "promo@guanggao.example", "诚邀贵司参加行业展会，展位优惠", "现在预订展位享受八折优惠，名额有限，欢迎来电。", "dismissed"),
    (2, "张三", "zhangsan@mail.example", "", "请问贵公司的内训课程可以到外地上门讲授吗？大约三十人。", ""),
)  # fmt: skip
