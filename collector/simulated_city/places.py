"""The names from which the city is made. None is meant to be a real place's."""

from __future__ import annotations

DISTRICTS = ("东城区", "西湖区", "南山县", "北川县", "中源市", "高新区", "临江区", "云岭县", "青禾县", "白沙区")
FIRST_CIVIL_CODE = 999_101
"""Administrative codes begin with 11 to 82, so that 999 is nobody's."""

ROADS = ("人民路", "解放路", "建设街", "迎宾大道", "滨河路", "学府路", "文昌街", "长安路", "工业大道", "兴业路")
SPOTS = ("路口", "小区北门", "小区南门", "学校门口", "市场入口", "公园东侧", "车站广场", "桥头", "医院门口", "停车场")

PORTALS = ("政府门户网站", "政务服务网", "公共数据开放网", "政民互动平台", "招商服务网", "文旅服务网")
PLATFORMS = ("视频汇聚平台", "大数据平台", "统一身份认证平台", "热线受理平台", "物联感知平台", "数字城管平台")

CATEGORIES = ("暴露垃圾", "井盖缺失", "路灯损坏", "占道经营", "乱停车", "道路破损", "绿化缺株", "积水", "油烟")
LIMIT_HOURS = (2, 4, 24, 2, 4, 168, 168, 12, 24)
"""Hours to deal with a case of each category, continuous time."""

CASE_DEPARTMENTS = ("城市管理局", "住房和城乡建设局", "园林管理处", "市政工程处", "交警支队", "市场监督管理局")
FOUND_BY = ("视频", "巡查", "公众")
SERVICES = ("供水", "供电", "供气", "物业管理", "噪声", "公共交通", "教育", "医疗")


def district_names(count: int) -> list[str]:
    return [DISTRICTS[i] if i < len(DISTRICTS) else f"第{i + 1}区" for i in range(count)]


def civil_codes(count: int) -> list[str]:
    """Six digits for each district."""
    return [str(FIRST_CIVIL_CODE + i) for i in range(count)]
