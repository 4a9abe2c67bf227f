"""The tests that speak of a module; those that reach the line of a mutant are run for it."""

LAYERS = ["tests/layers", "tests/test_evaluate.py", "tests/analysis", "tests/spec", "tests/design", "tests/homework"]
FIELDS = ["tests/analysis", "tests/cli/test_rf.py"]
WALK = ["tests/test_evaluate.py", "tests/test_graph.py", "tests/spec", "tests/analysis", "tests/layers"]

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
}
