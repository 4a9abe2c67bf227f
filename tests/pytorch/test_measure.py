"""Measurements on the CPU: structure, units and counts, and the total against a loop of its own; never a time."""

import time
from statistics import median, quantiles

import msgspec
import pytest
import torch

from cnncalc import CnncalcError, Network, analyze, layers, load, to_torch
from cnncalc.analysis.roofline import layer_work
from cnncalc.pytorch import ceilings, compare, measure, stopwatch
from cnncalc.pytorch.measurement import Measurement, Settings, Timing, load_measurement
from cnncalc.pytorch.ratios import Change, Comparison, changes

SMALL = Network(
    name="small",
    input=[3, 32, 32],
    layers=[
        layers.Conv2d(16, 3, padding=1, name="conv"),
        layers.BatchNorm2d(name="bn"),
        layers.ReLU(name="relu"),
        layers.Flatten(name="flatten"),
        layers.Linear(10, name="fc"),
    ],
)
QUICK = {"repeats": 4, "threads": 1}


@pytest.fixture(scope="module", autouse=True)
def quick_ceilings():
    """Small matrices and copies, since it is not their figures that are tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceilings, "_SIDES", {"cpu": 128, "cuda": 1024})
        patch.setattr(ceilings, "_BYTES", {"cpu": 2**20, "cuda": 2**24})
        patch.setattr(ceilings, "_TRIAL", 64)
        patch.setattr(ceilings, "_REPEATS", 2)
        patch.setattr(stopwatch, "_LARGEST_FLUSH", 2**20)
        yield patch


@pytest.fixture(scope="module")
def small(quick_ceilings):
    seen = []
    found = measure(SMALL, batch=4, settings=Settings(**QUICK), progress=lambda *step: seen.append(step))
    return found, seen


def test_every_layer_has_its_work_and_rates(small):
    measurement, seen = small
    rows = analyze(SMALL, batch=4).layers
    assert [layer.name for layer in measurement.layers] == [row.name for row in rows]
    for layer, row in zip(measurement.layers, rows, strict=True):
        work = layer_work(row, 4, 4, "inference", first=row.name == "conv")
        assert (layer.flops, layer.bytes, layer.output_shape) == (work.flops, work.bytes, row.output_shape)
        timing = layer.latency
        assert 0 < timing.best <= timing.low <= timing.median <= timing.high
        assert timing.repeats == 4
        assert layer.flops_per_second * timing.median == pytest.approx(work.flops)
        assert layer.bytes_per_second * timing.median == pytest.approx(work.bytes)
        bound = max(work.flops / measurement.ceilings.flops, work.read / measurement.ceilings.bytes)
        assert layer.bound == pytest.approx(bound)
        assert layer.ratio is None if not bound else layer.ratio == pytest.approx(timing.median / bound)
    assert sum(layer.share for layer in measurement.layers) == pytest.approx(1)
    assert [name for name, _, _ in seen][2:7] == ["conv", "bn", "relu", "flatten", "fc"]
    assert [done for _, done, _ in seen] == list(range(seen[0][2]))


def test_the_whole(small):
    measurement, _ = small
    whole = measurement.whole
    assert whole.samples_per_second == pytest.approx(4 / whole.latency.median)
    assert whole.sum_of_layers == pytest.approx(sum(layer.latency.median for layer in measurement.layers))
    assert whole.gap == pytest.approx(whole.latency.median - whole.sum_of_layers)
    assert whole.flops == 2 * analyze(SMALL, batch=4).totals.macs
    assert measurement.environment["torch"] == torch.__version__
    assert measurement.environment["device_type"] == "cpu"
    assert measurement.environment["threads"] == 1
    assert any("no accelerator" in note for note in measurement.notes)


def test_it_is_written_and_read_again(small, tmp_path):
    measurement, _ = small
    measurement.save(tmp_path / "a.json")
    assert load_measurement(tmp_path / "a.json") == measurement
    document = msgspec.json.decode(measurement.to_json())
    assert document["settings"]["dtype"] == "float32"
    assert document["layers"][0]["latency"]["median"] == measurement.layers[0].latency.median
    (tmp_path / "b.json").write_text('{"name": "x"}')
    with pytest.raises(CnncalcError, match=r"b\.json: not a measurement"):
        load_measurement(tmp_path / "b.json")
    with pytest.raises(CnncalcError, match="no such file"):
        load_measurement(tmp_path / "c.json")


def test_training_works_backwards_too():
    found = measure(SMALL, batch=2, settings=Settings(mode="training", **QUICK))
    rows = {row.name: row for row in analyze(SMALL, batch=2).layers}
    flops = {layer.name: layer.flops for layer in found.layers}
    assert flops["conv"] == 4 * rows["conv"].macs
    assert flops["fc"] == 6 * rows["fc"].macs
    assert found.whole.memory.predicted > measure(SMALL, batch=2, settings=Settings(**QUICK)).whole.memory.predicted


@pytest.mark.parametrize("options", [{"channels_last": True}, {"dtype": "bfloat16"}])
def test_other_ways_to_run(options):
    found = measure(SMALL, settings=Settings(**QUICK, **options))
    assert len(found.layers) == 5
    if "dtype" in options:
        assert found.layers[0].bytes == 2 * (3 * 32 * 32 + 16 * 27 + 16 + 16 * 32 * 32)


@pytest.mark.parametrize(
    "network",
    [
        load("lenet5"),
        Network(input=[7], layers=[layers.Embedding(20, 8), layers.MultiheadAttention(2), layers.Mean(1)]),
        Network(
            input={"a": [4, 6, 6], "b": [4, 6, 6]},
            layers=[layers.Add(inputs=["a", "b"], name="sum"), layers.ReLU(functional=True), layers.Conv2d(2, 3)],
            outputs=["sum", "conv2d_1"],
        ),
    ],
    ids=lambda network: network.name,
)
@pytest.mark.parametrize("mode", ["inference", "training"])
def test_indices_several_inputs_and_several_outputs(network, mode):
    found = measure(network, batch=2, settings=Settings(mode=mode, repeats=2, threads=1))
    assert all(layer.latency.median > 0 for layer in found.layers)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("alexnet", "inference"), ("squeezenet1_0", "inference"), ("squeezenet1_0", "training"), ("resnet18", "training")],
)
def test_the_predicted_peak_is_what_the_allocator_saw(name, mode):
    """Within a tenth where nothing but the layers' values takes memory, as the issue that asked for it has it."""
    from cnncalc.pytorch.measuring import peak_memory
    from cnncalc.pytorch.subject import Subject

    subject = Subject(load(name), None, 2, None, Settings(mode=mode))
    memory = peak_memory(subject, subject.whole())
    assert memory.measured is not None
    assert abs(memory.predicted / memory.measured - 1) < 0.1


@pytest.mark.timing
def test_the_total_is_that_of_a_plain_loop():
    """Both loops in turn, so that what else the machine does falls on both; by their fastest runs."""
    network = load("squeezenet1_0")
    module = to_torch(network).eval()
    x = torch.randn(1, *network.input)

    def plain(repeats):
        fastest = float("inf")
        with torch.no_grad():
            for _ in range(repeats):
                start = time.perf_counter()
                module(x)
                fastest = min(fastest, time.perf_counter() - start)
        return fastest

    from cnncalc.pytorch.device import configured
    from cnncalc.pytorch.stopwatch import Stopwatch
    from cnncalc.pytorch.subject import Subject

    with configured("float32", 1):
        subject = Subject(network, None, 1, None, Settings(threads=1))
        run, watch = subject.whole(), Stopwatch(subject.device)
        ratios = []
        for _ in range(7):
            ours = min(watch.seconds(run, 4, cold=False))
            ratios.append(ours / plain(4))
    assert 0.7 < median(ratios) < 1.4


def test_statistics():
    values = [5.0, 1.0, 4.0, 2.0, 9.0, 7.0]
    timing = Timing.of(values)
    low, middle, high = quantiles(values, n=4, method="inclusive")
    assert (timing.low, timing.median, timing.high) == pytest.approx((low, middle, high))
    assert (timing.best, timing.repeats) == (1.0, 6)
    assert timing.spread == pytest.approx((high - low) / middle)
    assert Timing.of([3.0]) == Timing(3.0, 3.0, 3.0, 3.0, 1)


def test_ratios_are_of_the_same_round():
    """A machine that slows down by half does so for both."""
    found = Comparison.of({"a": [1.0, 2.0, 4.0], "b": [3.0, 6.0, 12.0]}, 2, Settings(), {})
    first, second = found.networks
    assert first.ratio == Timing(1.0, 1.0, 1.0, 1.0, 3)
    assert second.ratio == Timing(3.0, 3.0, 3.0, 3.0, 3)
    assert second.samples_per_second == pytest.approx(2 / 6)


def test_networks_in_turn():
    wide = Network(input=[3, 32, 32], layers=[layers.Conv2d(64, 3)])
    found = compare({"small": (SMALL, None), "wide": (wide, None)}, settings=Settings(**QUICK))
    assert [network.name for network in found.networks] == ["small", "wide"]
    assert all(network.latency.repeats == 4 for network in found.networks)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ((10.0, 9.5, 10.5), (12.0, 11.5, 12.5), "slower"),
        ((12.0, 11.5, 12.5), (10.0, 9.5, 10.5), "faster"),
        ((10.0, 8.0, 12.0), (11.5, 10.0, 13.0), ""),  # the quartiles meet
        ((10.0, 9.9, 10.1), (10.3, 10.2, 10.4), ""),  # within the tolerance
    ],
)
def test_a_change_needs_both_distance_and_quiet(before, now, verdict):
    change = Change.of("x", *(Timing(m, low, high, low, 9) for m, low, high in (before, now)), tolerance=0.05)
    assert change.verdict == verdict
    assert change.ratio == pytest.approx(now[0] / before[0])
    assert change.low <= change.ratio <= change.high


def test_only_like_is_compared_with_like(small):
    measurement, _ = small
    assert {change.verdict for change in changes(measurement, measurement, 0.05)} == {""}
    for part, value in (("batch", 8), ("name", "other")):
        other = msgspec.structs.replace(measurement, **{part: value})
        if part == "name":
            other = msgspec.structs.replace(other, layers=other.layers[:2])
        with pytest.raises(CnncalcError, match=r"has batch 8, this one 4|is of other layers \(other\)"):
            changes(other, measurement, 0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "cuda"}, "no CUDA device"),
        ({"dtype": "tf32"}, "tf32 needs an NVIDIA GPU"),
        ({"cuda_graph": True}, "a CUDA graph needs a CUDA device"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_what_the_device_has_not(options, message):
    with pytest.raises(CnncalcError, match=message):
        measure(SMALL, settings=Settings(**options))


def test_what_does_not_fit_is_refused_before_it_is_tried():
    huge = Network(name="huge", input=[100_000], layers=[layers.Linear(10_000_000)])
    with pytest.raises(CnncalcError, match=r"huge with a batch of 1 in float32 does not fit into the memory of"):
        measure(huge)


def test_what_torch_refuses_is_one_sentence(monkeypatch):
    network = Network(input=[3, 1, 1], layers=[layers.BatchNorm2d()])
    with pytest.raises(CnncalcError, match=r"Expected more than 1 value per channel .*; a larger batch has more"):
        measure(network, settings=Settings(mode="training", **QUICK))

    def refuse(self, x):
        raise NotImplementedError("\"op\" not implemented for 'Half'")

    monkeypatch.setattr(torch.nn.ReLU, "forward", refuse)
    with pytest.raises(CnncalcError, match=r"PyTorch cannot run the network in float16 on .*: \"op\" not implemented"):
        measure(SMALL, settings=Settings(dtype="float16", **QUICK))


def test_the_process_is_left_as_it_was():
    before = torch.get_num_threads(), torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    measure(Network(input=[3], layers=[layers.ReLU()]), settings=Settings(repeats=2, threads=1))
    after = torch.get_num_threads(), torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    assert after == before


def test_a_measurement_is_data_only():
    assert {field.name for field in msgspec.structs.fields(Measurement)} >= {"layers", "whole", "ceilings", "notes"}


@pytest.mark.timing
def test_a_ceiling_is_not_beaten_by_its_own_kind_of_work(quick_ceilings):
    """A large product and a large copy, as layers, against ceilings of their size in the same run."""
    quick_ceilings.setattr(ceilings, "_SIDES", {"cpu": 1024})
    quick_ceilings.setattr(ceilings, "_BYTES", {"cpu": 2**26})
    quick_ceilings.setattr(ceilings, "_REPEATS", 5)
    quick_ceilings.setattr(stopwatch, "_LARGEST_FLUSH", 2**27)
    network = Network(input=[512, 1024], layers=[layers.Linear(1024, bias=False), layers.ReLU()])
    found = measure(network, batch=4, settings=Settings(repeats=5, threads=1))
    product, rectifier = found.layers
    assert product.verdict == "compute-bound"
    assert rectifier.verdict == "memory-bound"
    assert product.ratio > 0.8
    assert rectifier.ratio > 0.8


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
class TestOnCuda:
    @pytest.mark.parametrize("dtype", ["float32", "tf32", "float16", "bfloat16"])
    @pytest.mark.parametrize("mode", ["inference", "training"])
    def test_number_types_and_modes(self, dtype, mode):
        settings = Settings(device="cuda", dtype=dtype, mode=mode, channels_last=True, repeats=5)
        found = measure(load("resnet18"), batch=8, settings=settings)
        assert found.environment["driver"]
        assert all(layer.latency.median > 0 for layer in found.layers)
        assert found.whole.memory.measured

    @pytest.mark.parametrize("options", [{"compile": True}, {"cuda_graph": True}])
    @pytest.mark.parametrize("mode", ["inference", "training"])
    def test_compiled_and_recorded(self, options, mode):
        found = measure(load("alexnet"), batch=2, settings=Settings(device="cuda", mode=mode, repeats=5, **options))
        assert found.whole.latency.median > 0

    def test_peak_and_total(self):
        found = measure(load("vgg16"), batch=16, settings=Settings(device="cuda", repeats=10))
        memory = found.whole.memory
        assert abs(memory.predicted / memory.measured - 1) < 0.1
        module = to_torch(load("vgg16"), device="cuda").eval()
        x = torch.randn(16, 3, 224, 224, device="cuda")
        seconds = []
        with torch.no_grad():
            for _ in range(13):
                torch.cuda.synchronize()
                start = time.perf_counter()
                module(x)
                torch.cuda.synchronize()
                seconds.append(time.perf_counter() - start)
        assert found.whole.latency.median == pytest.approx(median(seconds[3:]), rel=0.1)

    def test_out_of_memory_is_one_sentence(self):
        with pytest.raises(CnncalcError, match="does not fit into the memory of"):
            measure(load("vgg16"), batch=100_000, settings=Settings(device="cuda"))
