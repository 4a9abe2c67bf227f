"""A short run of the fuzzer, with the same inputs each time; ``run.py`` is the long one."""

from fuzz import corpus
from fuzz.oracle import judged
from fuzz.targets import TARGETS

INPUTS = 6_000
SECONDS = 10.0
"""Only what hangs takes that long: how fast a machine is, is not tested."""


def test_no_input_is_met_with_more_than_a_sentence(monkeypatch):
    monkeypatch.setattr(corpus, "CASES", 150)
    faults = []
    for target in TARGETS:
        accepted = 0
        for number in range(-(-INPUTS * target.share // 1000)):
            data = target.input("short", number)
            verdict = judged(target.run, data, SECONDS)
            accepted += verdict.accepted
            if verdict.fault:
                faults.append(f"{target.name} {number}: {verdict.fault}\n  {data[:500]!r}")
        assert accepted > 20 or target.name == "command line", f"of {target.name} hardly any is taken"
    assert not faults, "\n".join(faults)


def test_the_judge_knows_a_fault_when_it_sees_one():
    def loops(data):
        while True:
            data += b""

    def divides(data):
        return 1 // len(data)

    def warns(data):
        import warnings

        warnings.warn("old", DeprecationWarning, stacklevel=1)

    def rambles(data):
        from cnncalc import CnncalcError

        error = CnncalcError("x")
        error.args = ("two\nlines",)
        raise error

    assert "more than 0.05 s" in judged(loops, b"", 0.05).fault
    assert "ZeroDivisionError" in judged(divides, b"").fault
    assert "DeprecationWarning: old" in judged(warns, b"").fault
    assert "a message with" in judged(rambles, b"").fault
    assert not judged(len, b"").fault
