"""Words of the audit's page that do not change with the figures: headings and the four lines under each drawing.

``margin`` and the like are filled in; nothing here is a finding.
"""

SECTIONS = {
    "verdict": "〇、结论 Verdict",
    "system": "一、系统与审计人 System and auditor",
    "data": "二、数据来源 Data lineage",
    "frame": "三、法律框架 Legal frame",
    "extraction": "四、O0 提取 Extraction",
    "labels": "五、O1 判决 Labels",
    "advice": "六、O2 建议与放大 Advice and amplification",
    "error": "七、O3 误差 Error",
    "intersections": "八、交叉组 Intersections",
    "swap": "九、替换检验 Swap test",
    "proxies": "十、代理与虚拟法官 Proxies and virtual judges",
    "overrides": "十一、O4 法官修正 Overrides",
    "uncertainty": "十二、不确定性与不公布 Uncertainty and suppression",
    "certificate": "十三、对审计的审计 Audit of the audit",
    "mitigation": "十四、可以采取的措施及其代价 Mitigation",
    "limits": "十五、局限与申诉 Limits, contact, complaints",
    "annex": "附录 复核 Annex",
}
"""Headings in the order of the page, by anchor."""

OBJECTS = {
    "recall": "O0 提取",
    "labels": "O1 判决",
    "advice": "O2 建议",
    "amplification": "放大",
    "error": "O3 误差",
    "override": "O4 修正",
}
"""Columns of the page of verdicts."""

TAILS = {
    "asymmetry": "偏重率 − 偏轻率",
    "error_ratio": "绝对误差之比",
    "calibration": "校准斜率",
    "coverage": "区间覆盖",
}
"""Measures of the second family, shown with O3."""

SCALES = {"asymmetry": "points", "coverage": "points", "recall": "points", "calibration": "slope"}
"""Measures whose difference is no geometric share."""

FOREST = {
    "labels": {
        "title": "O1 判决：同样的犯罪事实，判决是否因组别而不同",
        "shows": "把责任刑事实与预防刑情节的影响都扣除之后，该组判决相对其余各组重或轻的几何百分比。",
        "act": "区间整体在 ±{margin} 之外：抽取该组判决阅卷，核对是否有未提取的情节，再谈原因。",
    },
    "advice": {
        "title": "O2 建议：同样的犯罪事实，建议是否因组别而不同",
        "beside": "只扣除法律",
        "shows": (
            "责任刑建议在同样的责任刑事实下是否随组别变化。模型只读责任刑事实，这里检验它是否确实如此。"
            "“只扣除法律”一栏只扣除条文与规则：模型在法律之外从判决中学到的、随组别变化的部分，只描述，不作判断。"
        ),
        "act": "出现差异：看第十节，哪一项输入在代替组别（法定刑档次可因各省数额标准而不同，属规范造成）。",
    },
    "amplification": {
        "title": "放大（O2 − O1）：模型在判决已有的差异之上加了多少",
        "shows": "正数表示建议比判决对该组更重，负数表示更轻；O1 有差异而 O2 没有时，这里就是 O1 的反号。",
        "act": "建议离判决更远且区间不含 0：对该组暂停使用建议，先查原因。",
    },
    "error": {
        "title": "O3 误差：预期刑期对宣告刑是否偏向某一组",
        "shows": "预期刑期（建议加上历史上对此类预防刑情节的处理）与宣告刑之比的几何平均，该组减其余各组。",
        "act": "不可单独使用：判决本身不平等时，误差相等恰好保留不平等。与 O1、O2 合看。",
    },
}

EXTRACTION = {
    "title": "O0 提取：决定刑罚的事实，各组是否读得一样全",
    "shows": "人工标注的事实中被读到的比例（识别率），该组减其余各组，比较相同的事实；负数表示该组漏得更多。",
    "act": "漏提从宽情节的组，其后每一个数字都会显得建议偏轻、判决偏重：先修正提取规则，再重做审计。",
}

OVERRIDE = {
    "title": "O4 法官修正：同样的案件，法官对建议的修正是否因组别而不同",
    "shows": "看到建议之后，法官录入的判断比建议高或低多少，该组减其余各组；已扣除{given}。",
    "act": "不是对法官的评价：也可能是建议漏掉了这些案件的某项事实。抽取该组被修正的案件，看修正的理由。",
}

FOREST_READ = (
    "点是估计，带是 {level} 区间（按法院整群重抽样），虚线是 0，浅色竖带是等效界限 ±{margin}。"
    "判断前的符号：≠ 有差异，= 等效，? 不能判断。MDE 是八成把握能发现的最小差异。"
    "超出坐标的部分画到边缘，以数字为准。"
)

TILED = frozenset({"labels", "advice", "error"})
"""Measures drawn on the grid of provinces; the amplification is their difference and stands in the table."""

TILES_SHOWS = "上图同一个量在各省的值。各省的区间与 MDE 见第七节末的表。"

TILES_ACT = "邻近各省同向：先查地方数额标准与实施细则，再查提取。"

TILES_READ = (
    "每格一个省级单位，位置只作示意，不是地图，不表示边界与面积。格内是该省与其余各省之差和判断的符号"
    "（≠ 有差异，= 等效，? 不能判断）；斜线格件数少、不公布；空格没有案件。港澳台另有法域，不在数据范围内。"
)

PARTS = {
    "extraction": ("O0 提取", "extraction"),
    "overrides": ("O4 法官修正", "overrides"),
    "swap": ("替换检验", "swap"),
    "proxies": ("代理", "proxies"),
    "virtual_judges": ("虚拟法官", "proxies"),
    "intersections": ("交叉组", "intersections"),
    "mitigation": ("措施及其代价", "mitigation"),
    "certificate": ("对审计的审计", "certificate"),
}
"""Sections that stand by themselves on the page of verdicts: words and anchor."""

SYSTEM = {"model": "模型", "law": "法律数据", "registry": "因子表定义", "package": "程序"}
"""Versions of what was audited."""

HASHES = {"factors": "因子表 SHA-256", "split": "划分 SHA-256", "documents": "文书 SHA-256"}

UNKNOWN = "未知"

FAMILIES = {
    "primary": "主要检验",
    "model": "建议本身",
    "tails": "尾部与校准",
    "overrides": "法官修正",
    "extraction": "提取",
}


def measure(name: str) -> str:
    """Return the words of a measure in whichever family it is declared."""
    return {**OBJECTS, **TAILS, }.get(name, name)


SETTINGS = {
    "attributes": "属性",
    "level": "区间水平",
    "bootstrap": "自助抽样",
    "tolerance": "容许幅度",
    "equivalence": "等效界限",
    "margins": "其他界限",
    "suppress_below": "不公布，少于",
    "verdict_from": "给出判断，不少于",
    "permutations": "置换次数",
    "swaps": "替换检验的文书",
    "seed": "随机种子",
}
