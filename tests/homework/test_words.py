"""The words that people use: of units, of headings, of labels and of shapes, each as a dictionary would have it."""

import pytest

from cnncalc.homework.answer_tables import entries_of, table
from cnncalc.homework.answers import parse
from cnncalc.homework.matching import match, reading_of
from cnncalc.homework.quantities import QUANTITIES, find_quantity
from cnncalc.homework.units import Unit, units_of

FACTORS = {
    10**3: "k K thousand thousands 千",
    10**4: "万",
    10**6: "M m million millions mio mn mln 百万",
    10**7: "千万",
    10**8: "亿",
    10**9: "G g billion billions bn mrd 十亿",
    10**12: "T t trillion trillions 万亿",
    2**10: "Ki ki",
    2**20: "Mi",
    2**30: "Gi",
    2**40: "Ti",
}
MEASURES = {
    "count": "param params parameter parameters weight weights neuron neurons unit units element elements value values "
    "activation activations pixel pixels px connection connections operation operations ops op floats numbers outputs "
    "个 个参数 参数 像素 个像素 神经元 个神经元 次 次运算 个连接 个单元 个权重 权重 个可学习参数 个可训练参数 "
    "个元素 个数 个值 个特征 个输出 维 维向量 维的向量 個",
    "channels": "channel channels map maps filter filters kernel kernels feature features 通道 个通道 个特征图 特征图 "
    "个卷积核",
    "bytes": "byte bytes 字节 个字节",
    "FLOPs": "flop flops FLOPs 次浮点运算 浮点运算",
    "MACs": "mac macs MACs madd madds multadds macc maccs 次乘加 乘加 次乘加运算 次乘法",
}
PREFIXED = {
    **dict.fromkeys(["b", "byte", "bytes"], "bytes"),
    **dict.fromkeys(["flop", "flops"], "FLOPs"),
    **dict.fromkeys(["mac", "macs", "macc", "maccs", "madd", "madds"], "MACs"),
    **dict.fromkeys(["param", "params", "ops"], "count"),
}


@pytest.mark.parametrize("factor", FACTORS)
def test_words_for_powers(factor):
    for word in FACTORS[factor].split():
        assert units_of(word) == (Unit(factor),), word
        assert parse(f"7 {word}").statements[0].parts[0].amounts[0].value == 7 * factor, word


@pytest.mark.parametrize("measured", MEASURES)
def test_words_for_what_is_measured(measured):
    for word in MEASURES[measured].split():
        assert units_of(word) == (Unit(1, measured),), word


@pytest.mark.parametrize(("unit", "measured"), PREFIXED.items())
def test_prefixes(unit, measured):
    spelled = unit.upper() if unit == "b" else unit
    for prefix, power in zip("kMGT", (1, 2, 3, 4), strict=True):
        decimal, *habit = units_of(prefix + spelled)
        assert decimal == Unit(1000**power, measured)
        assert habit == ([Unit(1024**power, "bytes", "binary")] if measured == "bytes" else [])
        assert units_of(f"{prefix}i{spelled}") == (Unit(1024**power, measured),)


def test_a_bit_is_no_byte():
    assert units_of("MB") != ()
    assert units_of("Mb") == units_of("kib") == units_of("b") == ()
    assert units_of("B") == (Unit(1, "bytes"), Unit(10**9))


def test_rates():
    """FLOPS and FLOP/s are operations a second, which is said of an answer."""
    assert units_of("FLOPS") == units_of("FLOPs/s") == units_of("flop/s") == (Unit(1, "FLOPs", "rate"),)
    assert units_of("GFLOPS") == units_of("GFLOPs/s") == (Unit(10**9, "FLOPs", "rate"),)
    assert units_of("GiFLOPS") == (Unit(2**30, "FLOPs", "rate"),)
    assert units_of("kFLOPs") == (Unit(1000, "FLOPs"),)


@pytest.mark.parametrize(
    ("word", "factor", "measured"),
    [
        ("万次乘加", 10**4, "MACs"),
        ("亿次浮点运算", 10**8, "FLOPs"),
        ("万亿次", 10**12, "count"),
        ("千字节", 1000, "bytes"),
    ],
)
def test_chinese_powers_before_a_unit(word, factor, measured):
    assert units_of(word) == (Unit(factor, measured),)


@pytest.mark.parametrize("word", ["metres", "x", "万米", "kk", "Mo", "am", ""])
def test_what_is_no_unit(word):
    assert units_of(word) == ()


HEADINGS = {
    "output": "output|Output shape|output_shape|shape|size|Output size|feature map|输出|输出尺寸",
    "params": "params|Param|parameter|Parameters|# params|weights|num params|Number of parameters|参数|参数量|参数个数|"
    "total params|num_params",
    "buffers": "buffers|Buffer",
    "macs": "macs|MAC|madds|mult-adds|multiply-accumulates|multiplications|乘加|乘加次数",
    "flops": "flops|FLOP|operations|浮点运算次数|total FLOPs",
    "activations": "activations|activation|neurons|output elements|units|神经元|神经元个数|激活|number of neurons",
    "receptive_field": "receptive_field|rf|field|Receptive field|receptive field size|r|感受野",
    "jump": "jump|j|cumulative stride|effective stride|步幅积",
    "weight_bytes": "weight_bytes|param memory|param bytes|parameter memory|weight memory|model size|参数内存",
    "activation_bytes": "activation_bytes|activation memory|activation bytes|feature memory|激活内存",
    "space": "space|space complexity|空间复杂度",
    "total_bytes": "total_bytes|memory|total memory|bytes|内存",
}


@pytest.mark.parametrize("name", HEADINGS)
def test_headings_that_name_a_quantity(name):
    assert {heading: find_quantity(heading).name for heading in HEADINGS[name].split("|")} == dict.fromkeys(
        HEADINGS[name].split("|"), name
    )


def test_headings_cover_every_quantity():
    assert list(HEADINGS) == list(QUANTITIES)
    assert find_quantity("colour") is find_quantity("") is find_quantity("num") is None


ROLES = {
    "layer": "layer|Layer|layer name|层|层名|name",
    "quantity": "quantity|what|ask|asked|量|所求|求",
    "answer": "answer|Your answer|value|result|solution|答案|你的答案|回答",
    "reference": "question|Question ID|id|no|No.|nr|number|q|题号|题目|item|#",
    "student": "student|Student name|full name|username|student id|姓名|学生|学号|email|Email address",
}


@pytest.mark.parametrize("role", ROLES)
def test_headings_of_columns(role):
    others = {"layer": "layer", "quantity": "quantity", "answer": "answer", "student": "student"}
    for heading in ROLES[role].split("|"):
        header = [heading if name == role else other for name, other in others.items()]
        header += [heading] if role == "reference" else []
        row = [f"the {name}" for name in (*others, "reference")][: len(header)]
        if role == "reference":
            header[1], row[1] = "", ""
        ((student, entry),) = entries_of(header, row, "here")
        assert (student, entry.layer, entry.text) == ("the student", "the layer", "the answer"), heading
        if role == "reference":
            assert entry.reference == "the reference", heading
        else:
            assert entry.quantity == "the quantity", heading


@pytest.mark.parametrize(
    "heading", ["type", "settings", "points", "score", "inputs", "input", "Timestamp", "类型", "备注", "分值", "notes"]
)
def test_columns_that_are_no_question(heading):
    assert [entry.reference for _, entry in table([["student", heading, "1a"], ["Ada", "5", "6"]], 1, ",")] == ["1a"]


LABELS = {
    "receptive_field": ("r rf 感受野 感受野大小为", "13"),
    "jump": ("j jump", "4"),
    "params": ("params parameters weights 参数 参数量为 参数有", "156"),
    "macs": ("macs 乘加次数是", "1000"),
    "flops": ("flops", "2000"),
    "activations": ("activations 神经元", "784"),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_says_which_figure_is_meant(name):
    words, figure = LABELS[name]
    quantity = QUANTITIES[name]
    expected = int(figure) if quantity.kind == "count" else (int(figure),) * 2
    for word in words.split():
        reading = reading_of(parse(f"kernel = 3; {word} = {figure}; stride = 7; p = 5"), quantity)
        assert match(reading.final, quantity, expected), word


@pytest.mark.parametrize(
    "label",
    [
        "p",
        "padding",
        "pad",
        "k",
        "kernel",
        "s",
        "stride",
        "d",
        "dilation",
        "groups",
        "g",
        "bias",
        "batch",
        "input",
        "填充",
        "步长",
        "步长为",
        "偏置",
    ],
)
def test_a_label_of_a_setting_is_no_answer(label):
    quantity = QUANTITIES["params"]
    assert match(reading_of(parse(f"{label} = 3; 156"), quantity).final, quantity, 156)
    assert match(reading_of(parse(f"156; {label} = 3"), quantity).final, quantity, 156)


@pytest.mark.parametrize(
    "word", ["so", "hence", "therefore", "thus", "total", "altogether", "共", "一共", "总共", "合计", "所以"]
)
def test_a_conclusion_is_the_answer(word):
    quantity = QUANTITIES["params"]
    assert match(reading_of(parse(f"750 weights and 10 biases; {word} 760"), quantity).final, quantity, 760)


AXES = {
    0: "c channels depth 通道 通道数 filters",
    1: "h height 高 高度",
    2: "w width 宽 宽度",
}


@pytest.mark.parametrize("axis", AXES)
def test_labels_of_axes(axis):
    for word in AXES[axis].split():
        labels = [word if place == axis else other for place, other in enumerate(("C", "H", "W"))]
        text = ", ".join(f"{label} = {size}" for label, size in zip(labels, (6, 28, 30), strict=True))
        found = match(reading_of(parse(text), QUANTITIES["output"]).final, QUANTITIES["output"], (6, 28, 30))
        assert found is not None, word
        assert found.remarks == (), word


@pytest.mark.parametrize("word", ["N", "n", "B", "None", "batch", "bs", "batch_size", "?", "批"])
def test_words_for_the_batch(word):
    quantity = QUANTITIES["output"]
    assert match(reading_of(parse(f"({word}, 6, 28, 28)"), quantity).final, quantity, (6, 28, 28)).remarks == ("batch",)


@pytest.mark.parametrize(
    "word", ["about", "approximately", "roughly", "ca", "circa", "around", "约", "大约", "≈", "~", "≅", "≃", "∼"]
)
def test_words_for_roughly(word):
    quantity = QUANTITIES["params"]
    assert match(reading_of(parse(f"{word} 29000"), quantity).final, quantity, 28_938)
    assert not match(reading_of(parse("29000"), quantity).final, quantity, 28_938)


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "zero",
        "nil",
        "no params",
        "no param",
        "no parameters",
        "no weights",
        "it has none",
        "零",
        "无",
        "没有",
        "没有参数",
        "None.",
        "无。",
    ],
)
def test_words_for_nothing(text):
    assert match(reading_of(parse(text), QUANTITIES["params"]).final, QUANTITIES["params"], 0)


def said(text):
    """The sides of the first statement of an answer, as they are read."""
    return [part.text for part in parse(text).statements[0].parts]


@pytest.mark.parametrize("sign", [*"·∗⋅•*", *"⨯✕╳×", r"\times ", r"\ast ", r"\cdot ", "x", "X", " by ", "乘"])
def test_signs_of_products(sign):
    """As sizes and as a product; ``x`` and its like between sizes are no plain ``*``."""
    part = parse(f"6{sign}28").statements[0].parts[0]
    assert ([sizes.axes for sizes in part.shapes], part.amounts[0].value) == ([(6, 28)], 168)


@pytest.mark.parametrize("sign", "-−–—")
def test_signs_of_differences(sign):
    assert parse(f"32{sign}5").statements[0].parts[0].amounts[0].value == 27
    assert parse(f"{sign}7").statements[0].parts[0].amounts[0].value == -7


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("54÷2", 27), ("54/2", 27), ("55//2", 27), ("55%2", 1), ("5^2", 25), ("5**2", 25), ("5²", 25), ("2³", 8)),
        *(("5¹⁰", 5**10), ("7⁰", 1), ("3⁴", 81), ("2⁵", 32), ("2⁶", 64), ("2⁷", 128), ("2⁸", 256), ("2⁹", 512)),
        *(("[2+3]*4", 20), ("{2+3}*4", 20), (r"\left(2+3\right)*4", 20), (r"\mathrm{12}", 12), (r"\text{12}", 12)),
        *((r"\displaystyle 12\,", 12), (r"\(12\)", 12), (r"\[12\]", 12), (r"$12$", 12), ("`12`", 12), ('"12"', 12)),
        *(("“12”", 12), ("'12", 12), ("28{,}938", 28938), (r"2^{10}", 1024), ("2^{3}*4", 32)),
        *(("3*10^2", 300), ("3×10**2", 300)),
        *(("3·10^(2)", 300), ("3.5 x 10^-1 * 20", 7), ("2*(3·10^(2)+1)", 602)),
        *(("1e3", 1000), ("1E3", 1000), (".5*4", 2), ("+12", 12)),
        *(("12\n", 12), ("12\r\n", 12), ("12。", 12), ("* 12", 12), ("/12", 12), ("12*", 12), ("(12", 12), ("12)", 12)),
        *(("Ｎ = １２", 12), ("1\u202f234", 1234), ("1\u00a0234", 1234), (r"\quad 12 \;\!", 12), (r"\mathbf{12}", 12)),
    ],
)  # fmt: skip
def test_arithmetic_as_it_is_written(text, value):
    assert parse(text).statements[0].parts[0].amounts[0].value == value


@pytest.mark.parametrize("sign", ["=", "->", "=>", "==", "⇒", "→", ":"])
def test_signs_between_the_sides_of_a_statement(sign):
    assert said(f"26*16 {sign} 416") == ["26*16", "416"]


@pytest.mark.parametrize("sign", ["≈", "≅", "≃", "∼", "~", r"\approx", r"\simeq", r"\sim"])
def test_signs_of_what_is_about_right(sign):
    first, second = parse(f"27*1000 {sign} 30000").statements[0].parts
    assert (first.amounts[0].half, second.amounts[0].half) == (0, 5000)


@pytest.mark.parametrize("sign", [";", "\n", "。"])
def test_ends_of_statements(sign):
    assert [statement.parts[-1].text for statement in parse(f"r = 13{sign} j = 4").statements] == ["13", "4"]


@pytest.mark.parametrize("sign", [",", "、", "，"])
def test_commas_between_sizes(sign):
    assert parse(f"(6{sign} 28{sign} 30)").statements[0].parts[0].shapes[0].axes == (6, 28, 30)


@pytest.mark.parametrize("word", ["torch.Size", "tuple", "array", "shape", "of", "size", "each", "with", "at"])
def test_words_around_a_shape(word):
    text = f"6 maps {word} 28x28" if word in ("of", "size", "each", "with", "at") else f"{word}([6, 28, 28])"
    assert parse(text).statements[0].parts[0].shapes[0].axes == (6, 28, 28)
