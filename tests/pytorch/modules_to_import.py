"""Modules written as people write them, for the importer: functional calls, control flow, parameters used directly."""

from __future__ import annotations

import warnings

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, channels // 4, 1), nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        scale = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.up(functional.relu(self.down(scale))))


class Shuffled(nn.Module):
    """Channel shuffle by views, chunks, a residual sum and a global pool over sizes asked of the tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.excite = SqueezeExcitation(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = functional.relu(self.norm(self.stem(x)), inplace=True)
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)
        a, b = x.chunk(2, dim=1)
        x = torch.cat((a * 2 + 1, b - a), 1)
        x = x + self.excite(x)
        x = functional.avg_pool2d(x, kernel_size=x.size()[2:])
        return self.head(x.view(x.size(0), -1))


class Pyramid(nn.Module):
    """Interpolation to another map's size, a dictionary of outputs, and a layer used for each level."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleList(nn.Conv2d(3 if i == 0 else 8, 8, 3, 2, 1) for i in range(3))
        self.shared = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x):
        size = x.shape[-2:]
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        top = maps[-1]
        for lower in maps[-2::-1]:
            top = functional.interpolate(top, size=lower.shape[-2:], mode="bilinear", align_corners=False) + lower
        return {"mask": functional.interpolate(self.shared(top), size=size), "low": self.shared(maps[-1])}


class Tokens(nn.Module):
    """A class token and a position embedding, used directly, attention by products, and a map made of tokens again."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 4, stride=4)
        self.token = nn.Parameter(torch.zeros(1, 1, 12))
        self.scale = nn.Parameter(torch.ones(12))
        self.qkv = nn.Linear(12, 36, bias=False)

    def forward(self, x):
        x = self.patch(x)
        b, c, h, w = x.shape
        x = torch.cat([self.token.expand(b, -1, -1), x.flatten(2).transpose(1, 2)], dim=1)
        q, k, v = self.qkv(x).reshape(b, -1, 3, 2, c // 2).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (c // 2) ** -0.5).softmax(dim=-1)
        x = x + self.scale * (weights @ v).transpose(1, 2).reshape(b, -1, c)
        return x[:, 1:].transpose(1, 2).reshape(b, c, h, w)


class Windowed(nn.Module):
    """Windows that must divide the map, and TensorFlow's padding before a strided convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2)
        self.mix = nn.Linear(8, 8)

    def forward(self, x):
        h, w = x.shape[-2:]
        sides = [max((-(-size // 2) - 1) * 2 + 3 - size, 0) for size in (w, h)]
        x = functional.pad(x, [side for total in sides for side in (total // 2, total - total // 2)])
        x = self.conv(x).permute(0, 2, 3, 1)
        b, h, w, c = x.shape
        x = functional.pad(x, (0, 0, 0, -w % 4, 0, -h % 4))
        rows, columns = x.shape[1] // 4, x.shape[2] // 4
        windows = x.view(b, rows, 4, columns, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        windows = functional.gelu(self.mix(windows))
        x = windows.view(b, rows, columns, 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(b, rows * 4, columns * 4, c)
        return x[:, :h, :w].permute(0, 3, 1, 2)


class Standardised(nn.Module):
    """A convolution whose weight is computed from its parameter, as weight standardisation does."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8, 3, 3, 3))
        self.gain = nn.Parameter(torch.ones(8, 1, 1, 1))

    def forward(self, x):
        weight = functional.batch_norm(self.weight.reshape(1, 8, -1), None, None, training=True).reshape_as(self.weight)
        return functional.conv2d(x, weight * self.gain, padding=1)


class Branching(nn.Module):
    """Control flow, a loop, and a part that only training uses."""

    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 3, 3, padding=1)
        self.auxiliary = nn.Sequential(nn.Conv2d(3, 5, 1), nn.BatchNorm2d(5))
        self.depth = depth

    def forward(self, x):
        if x.shape[1] != 3:
            raise ValueError("three channels are expected")
        for _ in range(self.depth):
            x = functional.relu(self.body(x))
        if self.training:
            return x, self.auxiliary(x)
        return x


class Frames(nn.Module):
    """Frames folded into the batch, for an image network."""

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))

    def forward(self, x):
        b, t = x.shape[:2]
        x = self.image(x.flatten(0, 1))
        return x.unflatten(0, (b, t)).mean(1)


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(1, 4, 3, padding=1)

    def forward(self, image, depth):
        a, b = self.left(image), self.right(depth)
        return torch.stack([a, b], 1).sum(1), a - b


class Unknown(nn.Module):
    """An operator that is no layer, and one with weights that is none."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 4, batch_first=True, proj_size=2)

    def forward(self, x):
        y, _ = self.lstm(torch.special.i0(x))
        return y


class Columns(nn.Module):
    """Text recognition's CRNN in small: a map's columns as a sequence."""

    def __init__(self, kind, last, **settings) -> None:
        super().__init__()
        self.conv, self.pool = nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2)
        self.rnn = kind(4 * 8, 6, **settings)
        self.fc = nn.Linear(6 if last or "bidirectional" not in settings else 12, 10)
        self.last = last

    def forward(self, x):
        x = self.pool(self.conv(x)).flatten(1, 2)
        y, states = self.rnn(x.permute(0, 2, 1) if self.rnn.batch_first else x.permute(2, 0, 1))
        state = states[0] if isinstance(states, tuple) else states
        return self.fc(state[-1] if self.last else y)


class TurnedInPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = x * 2
        x.transpose_(1, 2)
        return self.fc(x)


class Leaving(nn.Module):
    """One that leaves things behind: attributes, entries, counts."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))
        self.cache: dict[str, object] = {}
        self.seen: list[int] = []

    def forward(self, x):
        self.calls += 1
        self.cache["last"] = x
        self.seen.append(x.shape[-1])
        self.latest = self.conv(x)
        return torch.dropout(self.latest, 0.5, self.training)


def scripted(*modules):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.script(nn.Sequential(*modules))


class Inferring(nn.Module):
    """Parts that switch gradients off, in both ways, or are compiled, or run again for their gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.compiled = scripted(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4))

    @torch.inference_mode()
    def inferred(self, x):
        return self.conv(x)

    @torch.no_grad()
    def without(self, x):
        return self.conv(x).detach()

    def forward(self, x):
        return checkpoint(self.compiled, self.inferred(x) + self.without(x), use_reentrant=False)


class Tied(nn.Module):
    """A decoder with the encoder's weights transposed, a normalised weight, and positions looked up by counting."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(12, 6)
        self.bias = nn.Parameter(torch.zeros(12))
        self.conv = parametrizations.weight_norm(nn.Conv1d(5, 5, 3, padding=1))
        self.positions = nn.Embedding(12, 5)

    def forward(self, x):
        x = x + self.positions(torch.arange(12)).T
        return self.conv(nn.functional.linear(torch.tanh(self.encoder(x)), self.encoder.weight.t(), self.bias))


class Unpooled(nn.Module):
    """Maxima that go back to where they were, in maps of odd sizes too."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

    def forward(self, x):
        y, places = self.pool(self.conv(x))
        return self.unpool(y, places, output_size=x.size()) + x


class Kernels(nn.Module):
    """A convolution whose filters are worked out for each sample, by groups along the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.choice = nn.Linear(4, 36)

    def forward(self, x):
        b, c, h, w = x.shape
        filters = self.choice(x.mean((2, 3))).view(b * c, 1, 3, 3)
        return nn.functional.conv2d(x.reshape(1, b * c, h, w), filters, padding=1, groups=b * c).view(b, c, h, w)


class Named(nn.Module):
    """An argument that has to be named."""

    def forward(self, image, scale, *, depth):
        return torch.cat([image, depth], 1) * scale[:, :, None, None]
