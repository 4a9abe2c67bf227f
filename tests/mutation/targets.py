"""The tests that speak of a module; those that reach the line of a mutant are run for it."""

LAYERS = ["tests/layers", "tests/test_evaluate.py", "tests/analysis", "tests/spec", "tests/design", "tests/homework"]
FIELDS = ["tests/analysis", "tests/cli/test_rf.py"]
WALK = ["tests/test_evaluate.py", "tests/test_graph.py", "tests/spec", "tests/analysis", "tests/layers"]

_HOMEWORK = "tests/homework/test_"
ANSWERS = [f"{_HOMEWORK}{name}.py" for name in ("answers", "matching", "words", "tokens", "published")]
SUBMISSIONS = [f"{_HOMEWORK}{name}.py" for name in ("submissions", "answer_files", "words")]
KEYS = [f"{_HOMEWORK}{name}.py" for name in ("key_files", "grading", "exercises")]
MISTAKES = [
    f"{_HOMEWORK}{name}.py"
    for name in (
        "catalogue",
        "alterations",
        "candidates",
        "other_sizes",
        "mistakes",
        "explained",
        "grading",
        "diagnosis",
        "published",
    )
]
GRADING = [f"{_HOMEWORK}{name}.py" for name in ("grading", "published", "feedback")]
CONVENTIONS = [f"tests/analysis/test_{name}.py" for name in ("count", "convention_rules", "convention", "published")]
RULES = [
    *("tests/analysis/test_convention_rules.py", "tests/analysis/test_convention.py::test_what_a_tool_printed"),
    "tests/analysis/test_convention.py::test_what_a_tool_printed_for_one_layer",
    *("tests/analysis/test_convention.py::test_defects_are_called_so", "tests/analysis/test_published.py"),
]

TESTS = {
    "cnncalc/layers/formulas.py": ["tests/layers/test_formulas.py"],
    "cnncalc/evaluate.py": WALK,
    "cnncalc/graph.py": WALK,
    "cnncalc/analysis/analysis.py": ["tests/analysis", "tests/cli/test_analyze.py", "tests/spec"],
    "cnncalc/analysis/axis_field.py": FIELDS,
    "cnncalc/analysis/receptive_field.py": FIELDS,
    "cnncalc/analysis/alignment.py": FIELDS,
    "cnncalc/analysis/regions.py": FIELDS,
    "cnncalc/analysis/sight.py": FIELDS,
    "cnncalc/layers/reading.py": FIELDS,
    **{f"cnncalc/homework/{name}.py": ANSWERS for name in ("tokens", "units", "answers", "matching")},
    **{f"cnncalc/homework/{name}.py": SUBMISSIONS for name in ("answer_files", "answer_tables", "submissions")},
    **{f"cnncalc/homework/{name}.py": KEYS for name in ("key", "key_files", "classroom")},
    **{
        f"cnncalc/homework/{name}.py": MISTAKES
        for name in (
            *("alterations", "task", "size_mistakes", "cost_mistakes", "field_mistakes", "candidates", "other_sizes"),
            *("layer_candidates", "total_candidates", "field_candidates", "diagnosis", "findings", "context"),
        )
    },
    **{f"cnncalc/homework/{name}.py": GRADING for name in ("carried", "grading")},
    "cnncalc/homework/derivation.py": ["tests/homework/test_derivation.py"],
    "cnncalc/homework/reduction.py": ["tests/homework/test_explanation.py"],
    **{f"cnncalc/analysis/{name}.py": CONVENTIONS for name in ("convention", "quantities", "count", "reconcile")},
    "cnncalc/analysis/published.py": ["tests/analysis/test_published.py"],
    "cnncalc/conventions": RULES,
}
