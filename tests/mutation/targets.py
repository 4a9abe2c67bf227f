"""The tests that speak of a module; those that reach the line of a mutant are run for it."""

FIELDS = "tests/analysis/test_receptive_field.py"
SIGHT = "tests/analysis/test_sight.py"
SLOW = [
    f"--deselect={FIELDS}::test_every_worked_step_is_true_and_leads_to_the_field",
    f"--deselect={FIELDS}::test_every_shipped_residual_network_is_aligned",
    f"--deselect={FIELDS}::test_published_end_points",
    f"--deselect={SIGHT}::test_shipped_networks",
]
"""Those of whole networks, which take seconds each."""
SCHEMA = "tests/spec/test_language.py::test_the_schema"
WALK = ["tests/test_graph.py", "tests/test_evaluate.py", "tests/spec/test_weights.py"]
LAYERS = [
    *(f"tests/layers/test_{name}.py" for name in ("refusals", "operations", "reads", "against_torch", "loop_nests")),
    *(f"tests/layers/test_{name}.py" for name in ("recurrent", "hyper_parameters", "backward", "numbers", "tensors")),
    *("tests/analysis/test_analysis.py", "tests/analysis/test_roofline.py"),
    "tests/pytorch/test_build.py::test_any_layer",
    "tests/pytorch/test_build.py::test_examples_give_what_pytorch_s_own_layer_gives",
    "tests/differential/test_differential.py::test_what_the_long_runs_found",
    *(f"{SIGHT}::test_{name}" for name in ("every_unit_of_a_kind", "attention_of_three_inputs")),
    f"{SCHEMA}_in_the_repository_is_the_one_that_is_generated",
    "--deselect=tests/layers/test_against_torch.py::test_every_kind_is_generated",
]

_HOMEWORK = "tests/homework/test_"
ANSWERS = [f"{_HOMEWORK}{name}.py" for name in ("answers", "matching", "words", "tokens", "published")]
SUBMISSIONS = [f"{_HOMEWORK}{name}.py" for name in ("submissions", "answer_files", "words")]
KEYS = [f"{_HOMEWORK}{name}.py" for name in ("key_files", "grading", "exercises")]
MISTAKES = [
    f"{_HOMEWORK}{name}.py"
    for name in (
        "catalogue",
        "catalogue_of_kinds",
        "alterations",
        "task",
        "candidates",
        "field_candidates",
        "pairs",
        "other_sizes",
        "mistakes",
        "explained",
        "grading",
        "diagnosis",
        "published",
    )
]
GRADING = [f"{_HOMEWORK}{name}.py" for name in ("grading", "published", "feedback")]
CONVENTIONS = [
    f"tests/analysis/test_{name}.py" for name in ("count", "quantities", "convention_rules", "convention", "published")
]
RULES = [
    *("tests/analysis/test_convention_rules.py", "tests/analysis/test_convention.py::test_what_a_tool_printed"),
    "tests/analysis/test_convention.py::test_what_a_tool_printed_for_one_layer",
    *("tests/analysis/test_convention.py::test_defects_are_called_so", "tests/analysis/test_published.py"),
]

TESTS = {
    "cnncalc/layers/formulas.py": [
        "tests/layers/test_formulas.py",
        "--deselect=tests/layers/test_formulas.py::test_each_formula_on_arrays_symbols_and_recording_numbers",
    ],
    "cnncalc/evaluate.py": WALK,
    "cnncalc/graph.py": WALK,
    "cnncalc/analysis/analysis.py": [
        *("tests/analysis/test_plain_data.py", "tests/analysis/test_analysis.py", "tests/spec/test_weights.py"),
        *(SIGHT, *SLOW),
    ],
    "cnncalc/layers/hyper_parameters.py": [f"{SCHEMA}_says_what_every_field_of_a_layer_means_and_of_no_other"],
    "cnncalc/analysis/axis_field.py": ["tests/analysis/test_axis_field.py"],
    "cnncalc/analysis/receptive_field.py": [FIELDS, SIGHT, "tests/analysis/test_plain_data.py", *SLOW],
    "cnncalc/analysis/alignment.py": ["tests/analysis/test_alignment.py"],
    "cnncalc/analysis/regions.py": ["tests/analysis/test_regions.py"],
    "cnncalc/analysis/sight.py": [SIGHT, *SLOW],
    "cnncalc/layers/reading.py": [
        *("tests/layers/test_reading.py", "tests/analysis/test_regions.py", "tests/analysis/test_axis_field.py")
    ],
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
    "cnncalc/homework/quantities.py": [f"{_HOMEWORK}quantities.py", f"{_HOMEWORK}words.py"],
    "cnncalc/homework/quiz.py": [f"{_HOMEWORK}quiz.py"],
    "cnncalc/homework/feedback.py": [
        f"{_HOMEWORK}feedback.py",
        f"--deselect={_HOMEWORK}feedback.py::test_every_finding_has_its_words",
    ],
    "cnncalc/homework/derivation.py": ["tests/homework/test_derivation.py"],
    "cnncalc/homework/reduction.py": ["tests/homework/test_explanation.py"],
    **{f"cnncalc/analysis/{name}.py": CONVENTIONS for name in ("convention", "quantities", "count", "reconcile")},
    "cnncalc/analysis/published.py": ["tests/analysis/test_published.py"],
    "cnncalc/conventions": RULES,
}
TESTS |= {
    f"cnncalc/layers/{name}.py": LAYERS
    for name in (
        *("activation", "adaptive_pooling", "attention", "axes", "base", "convolution", "linear", "matrix"),
        *("locally_connected", "merging", "normalization", "padding", "pointwise", "pooling", "recurrent"),
        *("reduction", "repeating", "resampling", "shaping", "slicing", "tensors", "transposed", "unfolding", "window"),
    )
}
