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
WALK = ["tests/test_graph.py", "tests/test_evaluate.py", "tests/spec/test_weights.py"]
LAYERS = [
    "tests/layers/test_against_torch.py",
    "tests/layers/test_loop_nests.py",
    "tests/analysis/test_analysis.py",
    "--deselect=tests/layers/test_against_torch.py::test_every_kind_is_generated",
]

TESTS = {
    "cnncalc/layers/formulas.py": [
        "tests/layers/test_formulas.py",
        "--deselect=tests/layers/test_formulas.py::test_each_formula_on_arrays_symbols_and_recording_numbers",
    ],
    "cnncalc/evaluate.py": WALK,
    "cnncalc/graph.py": WALK,
    "cnncalc/analysis/analysis.py": ["tests/analysis/test_analysis.py", "tests/spec/test_weights.py"],
    "cnncalc/analysis/axis_field.py": ["tests/analysis/test_axis_field.py"],
    "cnncalc/analysis/receptive_field.py": [FIELDS, *SLOW],
    "cnncalc/analysis/alignment.py": ["tests/analysis/test_alignment.py"],
    "cnncalc/analysis/regions.py": ["tests/analysis/test_regions.py"],
    "cnncalc/analysis/sight.py": [SIGHT, *SLOW],
    "cnncalc/layers/reading.py": ["tests/analysis/test_regions.py", "tests/analysis/test_axis_field.py"],
}
TESTS |= {
    f"cnncalc/layers/{name}.py": LAYERS
    for name in (
        *("activation", "adaptive_pooling", "arranging", "attention", "base", "convolution", "linear", "matrix"),
        *("locally_connected", "merging", "normalization", "padding", "pointwise", "pooling", "reduction"),
        *("resampling", "shaping", "tensors", "transposed", "window"),
    )
}
