"""Word lists for reading questions and sentences: question words, nouns that stand for a kind of answer, units.

Only data, all of it folded (simplified, half-width, lower case). It knows no logic: :mod:`qa.question` and
:mod:`qa.spans` say what the lists mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.question import Kind

# Of question words that start at the same character, the one listed first wins.
# fmt: off
INTERROGATIVES: tuple[tuple[str, Kind], ...] = (
    (r"(?<![改名称认成分作以视译变列定评选转封升降誉化设])为[什甚]么|为啥|(?<![名称])为何(?=[^\s?？])|什么原因|何故|因何|怎么会|怎么回事|原因(?:是|为)?(?:什么|何在|为何)|何以", "reason"),
    (r"多(?:大|少|高)(?:的)?比例|百分之(?:几|多少)|几分之几", "number"),
    (r"什么(?:时候|时间|时期|年代|日子|季节|朝代)|甚么时[候间]|什么时后|何时|何年(?:何月)?(?:何日)?|何月何日|几时|啥时候", "time"),
    (r"哪一?(?:个)?(?:年代|年|月份|月|天|日|世纪|朝代|时期|时代|时候|季节)|哪几年|(?:西元|公元)?几几?年(?:几月)?(?:几[日号])?(?!级|内|来|间|才|后|就|能)|几月(?:几[日号])?|几[号点](?!线)|星期几|周几", "time"),
    (r"哪位|哪几位|哪一位|哪名|谁|何人|什么人|哪一?个人|哪些人|哪两个人|何许人", "person"),
    (r"哪里|哪儿|哪边|何处|何地|什么地方|什么位置|在哪(?=$|[?？ 。])|哪个地方|哪一?国|啥地方|哪(?=$|[?？ 。])", "place"),
    (r"多少钱|多少|多(?:大|高|长|重|远|快|宽|深|久|厚)(?:的?时间|年纪|岁数|面积)?|第?几(?![乎率何丁])|几何(?=$|[?？ 。])", "number"),
    (r"哪些|有啥|哪几[个种类项部家位点方]|包[括含]什么|有些?什么", "list"),
    (r"什么(?:名字|名称)|叫什么|称为什么|又名|何名|名为何|叫做什么|称作什么|称之?为何", "name"),
    (r"怎么样|怎样|怎么|如何|咋", "manner"),
    (r"哪一?(?:些|个|种|家|所|支|部|本|首|位|项|类|款|条|座|场|间|只|张|届|篇|颗|份|级|片|层|架|台|件|派|科|方面|方)?|什么样的?|什么|甚么|何种|何等|何(?=[事物国以]|$|[?？ 。])|为何|何|啥", "thing"),
    (r"是不是|是否|能不能|有没有|可不可以|会不会|能否|可否|吗|么(?=$|[?？ 。])", "yesno"),
)

FOCUS_SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys(
        ["人", "作者", "导演", "演员", "主演", "编剧", "主角", "主人公", "创始人", "创办人", "总统", "主席", "校长", "院长", "部长", "大使", "市长", "省长", "县长", "区长", "局长", "书记", "教练", "队长", "皇帝", "国王", "女王", "父亲", "母亲", "丈夫", "妻子", "儿子", "女儿", "老婆", "老公", "歌手", "原唱", "发言人", "负责人", "董事长", "总经理", "总裁", "主持人", "教授", "专家", "冠军", "亚军", "发明者", "学者", "科学家", "艺人", "将军", "将领", "首相", "总理", "领导人", "人物", "画家", "作家", "诗人", "神父", "主教", "教宗", "球员", "选手", "司令", "长官", "扮演者", "设计师", "建筑师", "会长", "社长", "主任", "代表", "弟弟", "哥哥", "姐姐", "妹妹", "老师", "学生", "人士", "大臣", "女性", "男性", "明星", "记者", "医生", "律师", "法官", "君主", "王子", "公主", "主编", "监督", "配音"], "person"),
    **dict.fromkeys(
        ["公司", "企业", "集团", "大学", "学院", "学校", "中学", "高中", "小学", "机构", "组织", "单位", "部门", "银行", "医院", "队", "球队", "球会", "俱乐部", "党", "政党", "协会", "媒体", "报纸", "报社", "电视台", "乐队", "乐团", "出版社", "局", "委员会", "工厂", "厂", "厂商", "唱片公司", "厂家", "开发商", "商", "军队", "部队", "团体", "组合", "家族", "教会", "教派", "法院", "政府", "基金会", "社团", "研究所", "制作组", "帮派", "东家", "老东家"],
        "organisation"),
    **dict.fromkeys(
        ["国家", "国", "城市", "省", "省份", "市", "区", "县", "镇", "乡", "村", "州", "洲", "大洲", "大陆", "地区", "区域", "地方", "地点", "位置", "岛", "岛屿", "山", "山脉", "河", "河流", "湖", "湖泊", "街", "街道", "路", "公路", "车站", "站", "机场", "港", "港口", "首都", "首府", "省会", "产地", "原产地", "故乡", "家乡", "老家", "籍贯", "出生地", "总部", "展位", "展馆", "场馆", "馆", "城区", "行政区", "发源地", "分布地", "球场", "体育场", "会场", "海域", "海", "方向", "方位", "地址", "处", "都市", "广场", "教堂"], "place"),
    **dict.fromkeys(
        ["时间", "时候", "时後", "年", "年份", "年代", "世纪", "日期", "日子", "月份", "朝代", "时期", "时代", "季节", "天", "日", "生日", "上映", "阶段", "期间", "学期", "花期"], "time"),
    **dict.fromkeys(
        ["数量", "人口", "面积", "价格", "票价", "售价", "房价", "金额", "工资", "薪水", "收入", "费用", "高度", "长度", "宽度", "深度", "身高", "体重", "重量", "海拔", "比例", "占比", "率", "排名", "名次", "年龄", "岁数", "温度", "气温", "电话", "号码", "总额", "进出口额", "贸易额", "额", "产量", "产值", "总量", "规模", "次数", "人数", "距离", "速度", "频率", "时速", "分数", "票房", "汇率", "利率", "税率", "密度", "尺寸", "寿命", "容量", "功率", "总数", "个数", "集数", "学费", "成本", "市值", "股价", "销量", "时长", "期限", "数目", "数字", "门牌", "邮编", "区号", "价钱", "浓度", "大小"], "number"),
    **dict.fromkeys(
        ["名字", "名称", "书", "电影", "影片", "歌", "歌曲", "专辑", "作品", "电视剧", "剧", "节目", "小说", "游戏", "杂志", "著作", "书籍", "歌名", "书名", "片名", "本名", "原名", "别名", "外号", "绰号", "昵称", "笔名", "英文名", "学名", "称号", "简称", "全名", "字号", "别称", "俗称", "刊物", "单曲", "主题曲", "动画", "漫画", "条约", "法令", "法律", "奖", "奖项", "辞典", "字典", "词典", "经典"], "name"),
    **dict.fromkeys(["原因", "理由", "缘故", "缘由", "起因", "因素"], "reason"),
    **dict.fromkeys(["办法", "做法", "方法", "步骤", "流程", "用法", "吃法", "区别", "不同", "怎么办"], "manner"),
    **dict.fromkeys(["意思", "含义", "寓意", "定义", "涵义", "意义"], "meaning"),
    **dict.fromkeys(["症状", "成员", "种类", "特点", "优点", "缺点", "内容", "功效", "作用", "好处", "坏处", "危害"], "list"),
}
"""Endings of nouns to the kind of answer they ask for."""

NO_FOCUS = frozenset(["布局", "结局", "格局", "僵局", "思路", "电路", "道路", "出路", "用处", "益处", "长处", "短处", "难处", "之处", "今天", "明天", "昨天", "每天", "生日礼物", "每日", "今日", "超人", "个人", "本人", "本国", "各国", "外国", "股市", "上市"])
"""Words with such an ending that stand for nothing of the kind."""

OFFICES = (
    "书记", "主任", "主席", "委员长", "省长", "市长", "县长", "区长", "镇长", "乡长", "村长", "州长", "部长", "司长", "局长", "厅长", "处长", "科长", "所长", "院长", "校长", "园长", "会长",
    "理事长", "社长", "行长", "厂长", "站长", "台长", "馆长", "店长", "队长", "船长", "机长", "团长", "师长", "军长", "董事长", "董事", "监事", "总裁", "总经理", "经理", "总监", "秘书长", "大使",
    "总领事", "领事", "参赞", "知事", "总统", "总理", "首相", "外长", "防长", "议长", "国王", "女王", "天皇", "司令员", "司令", "政委", "参谋长", "检察长", "审判长", "庭长", "教授", "研究员",
    "工程师", "经济学家", "分析师", "设计师", "院士", "讲师", "执行官", "财务官", "技术官", "主编", "编辑", "记者", "主持人", "教练", "导演", "编剧", "发言人", "负责人", "创始人", "合伙人", "理事",
    "委员", "代表", "顾问", "专员", "调研员", "巡视员", "医师", "律师", "法官", "检察官", "检验师", "馆员", "支书", "特使", "专家", "候选人",
)
"""Endings of offices that a name can follow at once: 副省长任京东."""

OFFICE_PREFIXES = ("副", "前", "原", "代理", "代", "常务", "总", "名誉", "首席", "联合")
"""What makes an office another one: 副省长 is no 省长."""

NAME_FOLLOWERS = (
    "说", "表示", "称", "指出", "强调", "认为", "率", "出席", "致辞", "宣布", "在", "等", "和", "与", "主持", "坦言", "告诉", "透露", "直言", "谈", "讲", "回应", "现场", "于", "向", "对", "就",
    "从", "也", "则", "还", "曾", "将", "已", "以", "为", "及", "带", "代表", "参加", "发表", "发言", "会见", "陪同", "分别", "一行", "的", "是", "受", "接受", "进行", "当选", "近日", "当天",
    "今天", "昨日", "昨天", "日前", "先生", "女士", "同志", "博士", "教授", "担任", "任", "前往", "赴", "到", "看", "希望", "呼吁", "解释", "补充", "提到", "提出", "回忆", "感慨", "感叹", "笑",
    "介绍", "推介", "走访", "调研", "深入", "来到", "带领", "陪", "被", "因", "由", "共同", "一同", "随后", "首先", "建议", "提醒", "分析", "判断", "预测", "预计", "证实", "否认", "重申",
)
"""Words that show that a name before them has ended."""

NO_NAME_ENDS = frozenset("区县镇乡村街路某来去也还又都说")
"""Characters that end no name: 西安市长安区."""

COMMON_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤阮翁"
)
"""Surnames that a word of two or three characters which no dictionary knows may be opened by."""

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷"
    "施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳"
    "盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕"
    "晋苑邬臧畅宫嵺褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐"
    "虞卞封竺冼原楚佟栗匡宗台巫鞠僧桑荆谌银扬明沙伏岑习胥和蔺肖闫付"
)
"""The surnames of some 95 % of people in China."""

COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "令狐", "慕容", "东方", "司徒", "端木", "公孙", "夏侯", "长孙", "宇文", "呼延")

QUESTION_FILLERS = frozenset(
    ["的", "了", "是", "有", "在", "为", "被", "由", "于", "和", "与", "及", "请问", "一下", "里", "中", "之中", "当中", "里面", "这些", "那些", "什么", "呢", "吗", "啊", "呀", "吧", "么", "谁", "哪", "哪里", "哪些", "哪个", "多少", "几", "如何", "怎么", "怎样", "为什么", "为何", "何", "何时", "到底", "究竟", "请", "问", "一个", "一种", "来", "去", "就", "都", "也", "会", "能", "要", "叫", "做", "叫做", "称", "称为", "这", "那", "这个", "那个", "该", "其", "他", "她", "它", "之", "所", "把", "将", "过", "给", "个", "种", "位", "只", "家", "部", "?", "？"]
)
"""Words of a question that no answer needs to repeat."""

ENGLISH_STOP_WORDS = frozenset(
    ["a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "as", "is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did", "done", "has", "have", "had", "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "many", "much", "that", "this", "these", "those", "it", "its", "he", "she", "his", "her", "they", "their", "there", "s", "t", "not", "no", "than", "then", "into", "about", "over", "under", "after", "before", "during", "can", "could", "would", "will", "shall", "should", "may", "might", "must", "also", "such", "other", "any", "some", "all", "each", "most", "more", "many", "we", "you", "i", "your", "our", "me", "him", "them", "us", "if", "so", "but", "while", "name"]
)

_ENGLISH_NUMBER = r"\bhow (?:much|long|old|tall|far|large|big|high|deep|fast|often|wide|heavy)\b"
_AUXILIARY = r"(?:is|was|did|does|do|are|were|has|had|have|can|could|would|will|should|must|else|the|a|an)\b"
ENGLISH_INTERROGATIVES: tuple[tuple[str, Kind], ...] = (
    (r"\bwhat (?:percentage|percent|proportion|fraction)\b|\bhow much percent\b", "number"),
    (r"\bhow much (?:money|did .* cost|does .* cost)\b|\bwhat (?:amount|price|cost)\b", "number"),
    (r"\bhow many ([a-z]+)|" + _ENGLISH_NUMBER, "number"),
    (r"(?:\b(?:in|on|during|by) )?\b(?:what|which) (?:year|date|day|month|time|century|decade|season|era|period)\b|\bwhen\b", "time"),
    (r"\bwho(?:m|se)?\b|\b(?:what|which) person\b", "person"),
    (r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|town|location|region|area|continent|county|island|province)\b", "place"),
    (r"\bwhy\b|\bfor what reason\b|\bwhat (?:was |is )?the reason\b", "reason"),
    (r"\bhow\b", "manner"),
    (r"\b(?:what|which) (?:is|was|are|were) the (?:nick)?name|\b(?:what|which) (?:is|was|are|were) .* (?:called|named|known as)|\bwhat (?:nick)?name\b", "name"),
    (r"\b(?:what|which) (?:are|were) (?:the |some |two |three |four )?([a-z]+)", "list"),
    (r"\b(?:what|which) (?:type|kind|sort)s? of ([a-z]+)", "thing"),
    (rf"\b(?:what|which) (?:other )?(?!{_AUXILIARY})([a-z]+)", "thing"),
    (r"\bwhat\b|\bwhich\b", "thing"),
    (r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will)\b", "yesno"),
)
ENGLISH_FOCUS: dict[str, Kind] = {
    "company": "organisation", "organization": "organisation", "university": "organisation", "school": "organisation",
    "team": "organisation", "agency": "organisation", "group": "organisation", "number": "number", "player": "person",
    "actor": "person", "king": "person", "president": "person", "author": "person", "man": "person", "country": "place",
    "city": "place", "river": "place", "year": "time",
}
# fmt: on
