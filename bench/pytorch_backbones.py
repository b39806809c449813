"""torchvision's layers of the backbones, to their features, without a classifier."""
import torch
from torch import nn


def plain(layers):
    """Convolutions (channels, kernel, stride, padding), each with a ReLU, and poolings (window, stride)."""
    modules, channels = [], 3
    for layer in layers:
        if len(layer) == 2:
            modules.append(nn.MaxPool2d(*layer))
        else:
            modules += [nn.Conv2d(channels, layer[0], *layer[1:]), nn.ReLU(inplace=True)]
            channels = layer[0]
    return nn.Sequential(*modules, GlobalMean())


class GlobalMean(nn.Module):
    def forward(self, x):
        return x.flatten(2).mean(2)


def alexnet():
    pool = (3, 2)
    return plain([(64, 11, 4, 2), pool, (192, 5, 1, 2), pool, (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1), pool])


def vgg16():
    rows = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    return plain([layer for channels, n in rows for layer in [(channels, 3, 1, 1)] * n + [(2, 2)]])


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = 4 * width
        self.path = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.downsample = None if inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu_(self.path(x) + (x if self.downsample is None else self.downsample(x)))


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for width, blocks, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for i in range(blocks):
            layers.append(Bottleneck(inputs, width, stride if i == 0 else 1))
            inputs = 4 * width
    return nn.Sequential(*layers, GlobalMean())


class EncoderLayer(nn.Module):
    def __init__(self, channels=768, hidden=3072, heads=12):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(channels, 1e-6), nn.LayerNorm(channels, 1e-6)
        self.attention = nn.MultiheadAttention(channels, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.GELU(), nn.Linear(hidden, channels))

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class ViT(nn.Module):
    def __init__(self, channels=768, tokens=197):
        super().__init__()
        self.conv_proj = nn.Conv2d(3, channels, 16, 16)
        self.class_token = nn.Parameter(torch.zeros(1, 1, channels))
        self.pos_embedding = nn.Parameter(torch.randn(1, tokens, channels) * 0.02)
        self.layers = nn.Sequential(*[EncoderLayer() for _ in range(12)])
        self.ln = nn.LayerNorm(channels, 1e-6)

    def forward(self, x):
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(x), -1, -1), patches], 1) + self.pos_embedding
        return self.ln(self.layers(tokens))[:, 0]


class BasicBlock3d(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm3d(outputs), nn.ReLU(inplace=True),
            nn.Conv3d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm3d(outputs),
        )
        self.downsample = None if stride == 1 else nn.Sequential(
            nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x):
        return torch.relu_(self.path(x) + (x if self.downsample is None else self.downsample(x)))


def r3d_18():
    layers = [
        nn.Conv3d(3, 64, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False), nn.BatchNorm3d(64), nn.ReLU(inplace=True),
    ]
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [BasicBlock3d(inputs, outputs, stride), BasicBlock3d(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, GlobalMean())


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, activation=True):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.SiLU(inplace=True)] if activation else []))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        scale = self.fc1(x.mean((2, 3), keepdim=True))
        return x * torch.sigmoid(self.fc2(nn.functional.silu(scale)))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expand):
        super().__init__()
        inner = inputs * expand
        self.block = nn.Sequential(
            *([conv_norm(inputs, inner, 1)] if expand > 1 else []),
            conv_norm(inner, inner, kernel, stride, groups=inner),
            SqueezeExcitation(inner, max(1, inputs // 4)),
            conv_norm(inner, outputs, 1, activation=False),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.block(x) if self.residual else self.block(x)


class EfficientNetB0(nn.Module):
    stages = [  # expand, kernel, stride, inputs, outputs, blocks
        (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
        (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1),
    ]

    def __init__(self):
        super().__init__()
        layers = [conv_norm(3, 32, 3, 2)]
        for expand, kernel, stride, inputs, outputs, blocks in self.stages:
            for i in range(blocks):
                layers.append(InvertedResidual(inputs if i == 0 else outputs, outputs, kernel, stride if i == 0 else 1, expand))
        self.features = nn.Sequential(*layers, conv_norm(320, 1280, 1))

    def forward(self, x):
        return self.features(x).mean((2, 3))


backbones = {
    "efficientnet_b0": EfficientNetB0,
    "resnet50": resnet50,
    "vgg16": vgg16,
    "alexnet": alexnet,
    "vit_b_16": ViT,
    "r3d_18": r3d_18,
}
