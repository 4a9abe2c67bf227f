"""What every layer knows of itself, and the small values in which it says so."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from msgspec import Meta, Struct

from cnncalc.arithmetic import Number, equal, prod
from cnncalc.layers.reading import Reading
from cnncalc.safe_text import HIDDEN

LARGEST_SIZE = 2**31 - 1
"""The largest size or hyper-parameter that a spec may state."""

Positive: TypeAlias = Annotated[int, Meta(ge=1, le=LARGEST_SIZE)]
NonNegative: TypeAlias = Annotated[int, Meta(ge=0, le=LARGEST_SIZE)]
Axis: TypeAlias = Annotated[int, Meta(ge=-16, le=16)]
"""An axis by PyTorch's numbers: 0 is the batch, 1 the channels, −1 the last."""
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=f"^(?=.*\\S)[^{HIDDEN}]+$(?!\\n)")]

_SHOWN_BY_SHAPES = ("in_channels", "out_channels", "in_features", "out_features", "num_features", "output_size")
_NOT_SHOWN = frozenset(("name", "inputs", "when", "functional", "inplace", "eps", "momentum", *_SHOWN_BY_SHAPES))

Kept: TypeAlias = tuple[Literal["inputs", "output", "mask", "places"], ...]
"""What PyTorch keeps of a layer for the backward pass: of a mask one byte an output element, of places eight."""
View: TypeAlias = Literal[False, "at inference", True]

Shape: TypeAlias = tuple[Number, ...]
"""The sizes of one sample, channels first and without the batch: ``(C, H, W)``."""


class Parameter(Struct, frozen=True, gc=False):
    """A learned tensor of a layer, by PyTorch's name for it."""

    name: str
    shape: Shape
    trainable: bool = True


class Buffer(Struct, frozen=True, gc=False):
    """A tensor that a layer keeps but does not learn, such as a running mean."""

    name: str
    shape: Shape


def elements(tensors: Iterable[Parameter | Buffer]) -> Number:
    """The number of elements of all the tensors together."""
    return sum([prod(tensor.shape) for tensor in tensors])


def weight_and_bias(weight: Shape, bias: Shape | None) -> tuple[Parameter, ...]:
    """A weight, and a bias where there is one, under PyTorch's names."""
    learned = Parameter("weight", weight)
    return (learned,) if bias is None else (learned, Parameter("bias", bias))


class Operations(Struct, frozen=True, gc=False):
    """Arithmetic operations by class, for one sample.

    ``mac`` counts multiply-accumulates of weights, ``add`` additions and subtractions, ``mul`` multiplications,
    ``compare`` comparisons, ``div`` divisions, ``exp`` transcendental functions (exp, log, tanh, square root, power).
    """

    mac: Number = 0
    add: Number = 0
    mul: Number = 0
    compare: Number = 0
    div: Number = 0
    exp: Number = 0

    def __add__(self, other: "Operations") -> "Operations":
        return Operations(
            self.mac + other.mac,
            self.add + other.add,
            self.mul + other.mul,
            self.compare + other.compare,
            self.div + other.div,
            self.exp + other.exp,
        )

    def times(self, count: Number) -> "Operations":
        """The operations of ``count`` such pieces of work."""
        return Operations(
            self.mac * count,
            self.add * count,
            self.mul * count,
            self.compare * count,
            self.div * count,
            self.exp * count,
        )


class TorchCall(Struct, frozen=True, gc=False):
    """What PyTorch code calls for a layer: a module's class or a function, by its dotted name, and keyword arguments.

    ``below`` is None where the inputs are real numbers, and otherwise they are indices from 0 up to it.
    """

    name: str
    arguments: dict[str, Any]
    below: Number | None = None


class Check(Struct, frozen=True, gc=False):
    """A condition that a layer's inputs must meet.

    ``field`` is the hyper-parameter to blame ("" for the input itself); ``message`` has a ``{}`` for each of
    ``values``, so that it can be put into words for the one point of a sweep at which the condition fails.
    """

    holds: bool
    field: str
    message: str
    values: tuple[Any, ...] = ()

    def explain(self) -> str:
        return self.message.format(*(shape_text(v) if isinstance(v, tuple) else v for v in self.values))


class Note(Struct, frozen=True, gc=False):
    """Something true of a layer that a reader should be told, with a stable ``code``."""

    code: str
    message: str


class Layer(
    Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    tag_field="type",
    tag=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """One kind of layer: its hyper-parameters under PyTorch's names, and every rule that is known of the kind.

    The methods take the shapes of the layer's inputs, one argument an input; a subclass names as many as it takes.
    Only :meth:`notes` needs ints, the others compute with any numbers of :mod:`cnncalc.arithmetic`.

    >>> from cnncalc import Conv2d
    >>> layer = Conv2d(64, 11, stride=4, padding=2)
    >>> layer.output((3, 224, 224)), layer.parameters((3, 224, 224))[0].shape
    ((64, 55, 55), (64, 3, 11, 11))
    """

    name: Name | None = None
    inputs: Annotated[tuple[Name, ...], Meta(min_length=1)] | None = None
    when: bool | str = True
    functional: bool = False
    """Whether PyTorch code calls it as a function and not as a module; tools that hook modules do not see it then."""
    weights: Annotated[tuple[Name, ...], Meta(min_length=1)] | None = None
    """The layer, or the layers, whose parameters and buffers it uses instead of its own: counted there, once."""
    frozen: bool | Annotated[tuple[Name, ...], Meta(min_length=1)] = False
    """Whether its parameters are not trained; or the names of those that are not."""

    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    makes_activations: ClassVar[bool] = True
    """Whether its output is something computed, and not a tensor that was there before."""
    is_view: ClassVar[View] = False
    """Whether PyTorch returns what arrives, or another look at its memory, and moves nothing."""
    keeps: ClassVar[Kept] = ("inputs",)
    """What the backward pass needs again. Source: PyTorch, ``tools/autograd/derivatives.yaml``."""

    def checks(self, *inputs: Shape) -> Iterable[Check]:
        """What must hold of the inputs, in an order in which each may rely on those before it."""
        return ()

    def output(self, *inputs: Shape) -> Shape:
        """The shape of the output."""
        raise NotImplementedError

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """The learned tensors."""
        return ()

    def buffers(self, *inputs: Shape) -> tuple[Buffer, ...]:
        """The tensors that are kept but not learned."""
        return ()

    def operations(self, *inputs: Shape, output: Shape) -> Operations:
        """The work of one forward pass of one sample at inference."""
        raise NotImplementedError

    def reads(self, *inputs: Shape) -> tuple[Reading, ...]:
        """For each input, what one output element reads of it."""
        raise NotImplementedError

    @classmethod
    def merges(cls) -> bool:
        """Whether it is made to bring any number of branches together."""
        return cls.least_inputs > 1 and cls.most_inputs is None

    def tensors(self, *inputs: Shape) -> tuple[tuple[Parameter, ...], tuple[Buffer, ...]]:
        """The parameters and buffers that are counted here: none where they are other layers'."""
        if self.weights is not None:
            return (), ()
        parameters = self.parameters(*inputs)
        if self.frozen:
            names = self.frozen if isinstance(self.frozen, tuple) else tuple(p.name for p in parameters)
            parameters = tuple(Parameter(p.name, p.shape, p.trainable and p.name not in names) for p in parameters)
        return parameters, self.buffers(*inputs)

    def unknown(self) -> tuple[str, ...]:
        """Which quantities, ``"macs"`` or ``"flops"``, are not known of it, so that totals are partial."""
        return ()

    def least_read(self, *inputs: Shape) -> tuple[Number, ...]:
        """For each input, how many elements must be read at least once, and of all parameters together: all, unless
        overridden.
        """
        return (*map(prod, inputs), elements(self.parameters(*inputs)))

    def notes(self, *inputs: Shape) -> Iterable[Note]:
        """What a reader should be told about this layer on these inputs."""
        return ()

    def torch_call(self, *inputs: Shape) -> TorchCall:
        """What PyTorch calls for this layer; the module of the same name and hyper-parameters unless overridden."""
        return self._torch_module()

    def _torch_module(self, **found: Any) -> TorchCall:
        """PyTorch's module of this name, with what it must be told that is found from the inputs."""
        return TorchCall(f"torch.nn.{type(self).__name__}", self._hyper_parameters() | found)

    def _own_module(self, **found: Any) -> TorchCall:
        """A module of cnncalc's for what PyTorch has not, with what it must be told that is found from the inputs."""
        return TorchCall(f"cnncalc.pytorch.modules.{type(self).__name__}", self._hyper_parameters() | found)

    def _hyper_parameters(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in self.__struct_fields__ if field not in Layer.__struct_fields__}

    def settings(self) -> dict[str, Any]:
        """The hyper-parameters that matter: not at their defaults, and not to be seen from the shapes beside them."""
        fields, defaults = self.__struct_fields__, self.__struct_defaults__
        required = len(fields) - len(defaults)
        return {
            field: value
            for position, field in enumerate(fields)
            if field not in _NOT_SHOWN
            and ((value := getattr(self, field)) != defaults[position - required] or position < required)
        }


def shape_text(shape: Sequence[Number]) -> str:
    """``64×55×55``."""
    return "×".join(map(str, shape)) or "scalar"


def agrees(stated: Number | None, arriving: Number, field: str) -> Check:
    """That what a spec states about its input agrees with what arrives; nothing stated agrees with anything."""
    holds = True if stated is None else equal(stated, arriving)
    return Check(holds, field, "{} is stated as {}, but {} arrive", (field, stated, arriving))


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """A hyper-parameter given once for all axes, or one an axis, as one an axis."""
    return value if isinstance(value, tuple) else (value,) * rank


def sample_axis(dim: int, shape: Shape) -> int:
    """PyTorch's number of an axis, which counts the batch, as an index into the shape of a sample; −1 for the batch."""
    return dim + len(shape) if dim < 0 else dim - 1
