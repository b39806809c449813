"""The bench's PyTorch side: says what it can run, then runs what it is told, one JSON value a line (see pytorch.ts)."""
import json
import os
import sys
import time

wire = os.fdopen(os.dup(1), "w", buffering=1)
sys.stdout = sys.stderr


def say(value):
    wire.write(json.dumps(value) + "\n")


try:
    import torch
    from torch import nn
except ImportError as error:
    say({"error": str(error)})
    sys.exit(0)

from pytorch_backbones import backbones
from pytorch_loss import BINS, deephit_loss

BATCH, PATIENTS, FEATURES = 8, 4, 1280
THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)
torch.manual_seed(0)


class Head(nn.Module):
    """Linear to 256, gated attention, DeepHit of 10 layers of 100."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Linear(FEATURES, 256)
        self.V, self.U, self.w = nn.Linear(256, 128), nn.Linear(256, 128), nn.Linear(128, 1)
        layers = []
        for i in range(10):
            layers += [nn.Linear(256 if i == 0 else 100, 100), nn.ReLU(), nn.Dropout(0.2)]
        self.survival = nn.Sequential(*layers, nn.Linear(100, BINS))

    def forward(self, x):
        embedded = self.embedding(x)
        scores = self.w(torch.tanh(self.V(embedded)) * torch.sigmoid(self.U(embedded)))
        return self.survival((torch.softmax(scores, 1) * embedded).sum(1))


def timed(work, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def backbone(name, channels_last, compiled):
    net = backbones[name]()
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm3d)):
            module.momentum = 1.0
    x = torch.randn(1, 3, 16, 112, 112) if name == "r3d_18" else torch.randn(BATCH, 3, 224, 224)
    with torch.no_grad():
        net.train()(x)  # sets the norms' scales, so that activations are of ordinary size
    net.eval()
    if channels_last:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    run = torch.compile(net) if compiled else net

    def work():
        with torch.inference_mode():
            run(x)

    work()
    return work


def training_step(slices, fused, compiled):
    head = Head()
    optimizer = torch.optim.AdamW(head.parameters(), 1e-4, weight_decay=0.01, **({"fused": True} if fused else {}))
    x = torch.randn(PATIENTS, slices, FEATURES)
    bins, event = torch.tensor([3, 10, 23, 15]), torch.tensor([1.0, 1.0, 0.0, 1.0])

    def loss_of(x, bins, event):
        return deephit_loss(head(x), bins, event)

    run = torch.compile(loss_of, dynamic=False) if compiled else loss_of

    def work():
        optimizer.zero_grad()
        loss = run(x, bins, event)
        loss.backward()
        optimizer.step()
        loss.item()

    work()
    return work


def recipes_of(name):
    """A few seconds each; B0's are the ones that are compared in every way."""
    eager = {"eager": lambda: backbone(name, False, False)}
    if name == "r3d_18":  # channels_last is for images
        return eager
    eager["eager, channels_last"] = lambda: backbone(name, True, False)
    if name == "efficientnet_b0":
        eager["torch.compile, channels_last"] = lambda: backbone(name, True, True)
    return eager


def steps_of(workload):
    """`step-128-2`: patients of 128 slices, two threads."""
    slices = int(workload.split("-")[1])
    return {
        "PyTorch, eager": lambda: training_step(slices, False, False),
        "PyTorch, fused AdamW": lambda: training_step(slices, True, False),
        "torch.compile, fused AdamW": lambda: training_step(slices, True, True),
    }


def set_threads(workload):
    """Before a network is compiled, too: its code is for so many threads."""
    torch.set_num_threads(int(workload.split("-")[2]) if workload.startswith("step-") else THREADS)


asked = sys.argv[2:]
recipes = {
    **{name: {f"PyTorch, {way}": make for way, make in recipes_of(name).items()} for name in backbones if name in asked},
    **{workload: steps_of(workload) for workload in asked if workload.startswith("step-")},
}
works, failures = {}, {}
for workload, contestants in recipes.items():
    for name, make in contestants.items():
        try:
            set_threads(workload)
            works[workload, name] = make()
        except Exception as error:  # torch.compile needs a C++ compiler, and more
            failures[f"{workload}: {name}"] = (str(error).strip().splitlines() or [type(error).__name__])[0]


def count(module):
    return sum(p.numel() for p in module.parameters())


logits = torch.sin(torch.arange(PATIENTS * BINS, dtype=torch.float64)).float().reshape(PATIENTS, BINS)
say({
    "torch": torch.__version__,
    "contestants": [{"workload": workload, "name": name} for workload, name in works],
    "failures": failures,
    "parameters": {name: count(Head() if name.startswith("step-") else backbones[name]()) for name in recipes},
    "loss": deephit_loss(logits, torch.tensor([3, 10, 23, 15]), torch.tensor([1.0, 1.0, 0.0, 1.0])).item(),
})
for line in sys.stdin:
    order = json.loads(line)
    set_threads(order["workload"])
    say({"times": timed(works[order["workload"], order["name"]], order["runs"])})
