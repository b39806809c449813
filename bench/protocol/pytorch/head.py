"""The survival head and its training on padded batches, as a user of PyTorch would write them."""
import numpy as np
import torch
from torch import nn

from pytorch_loss import BINS, deephit_loss

BATCH = 4
#: Slices of a batch are filled up to a multiple of this, so that compiled code serves many batches.
STEP = 32


class Head(nn.Module):
    """Linear to 256, gated attention over a patient's slices, DeepHit of 10 layers of 100."""

    def __init__(self, features):
        super().__init__()
        self.embedding = nn.Linear(features, 256)
        self.V, self.U, self.w = nn.Linear(256, 128), nn.Linear(256, 128), nn.Linear(128, 1)
        layers = []
        for i in range(10):
            layers += [nn.Linear(256 if i == 0 else 100, 100), nn.ReLU(), nn.Dropout(0.2)]
        self.survival = nn.Sequential(*layers, nn.Linear(100, BINS))

    def forward(self, x, mask):
        """x [patients, slices, features], mask [patients, slices]: True where there is a slice."""
        embedded = self.embedding(x)
        scores = self.w(torch.tanh(self.V(embedded)) * torch.sigmoid(self.U(embedded)))
        weights = torch.softmax(scores.masked_fill(~mask[..., None], -1e9), 1)
        return self.survival((weights * embedded).sum(1))


def collate(patients):
    """A padded batch of patients: (features [slices, n], bin, event)."""
    longest = max(len(features) for features, _, _ in patients)
    slices = -(-longest // STEP) * STEP
    x = torch.zeros(len(patients), slices, patients[0][0].shape[1])
    mask = torch.zeros(len(patients), slices, dtype=torch.bool)
    for row, (features, _, _) in enumerate(patients):
        x[row, : len(features)] = features
        mask[row, : len(features)] = True
    bins = torch.tensor([bin for _, bin, _ in patients])
    event = torch.tensor([float(event) for _, _, event in patients])
    return x, mask, bins, event


class Training:
    """A head and its optimiser; `step` trains on one batch."""

    def __init__(self, features, compiled):
        torch.manual_seed(42)
        self.head = Head(features)
        self.optimizer = torch.optim.AdamW(self.head.parameters(), 1e-4, weight_decay=0.01, fused=True)

        def loss_of(x, mask, bins, event):
            return deephit_loss(self.head(x, mask), bins, event)

        self.loss_of = torch.compile(loss_of, dynamic=True) if compiled else loss_of

    def step(self, batch):
        self.optimizer.zero_grad()
        loss = self.loss_of(*batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def train_fold(patients, epochs, compiled=False):
    """The losses of the epochs, and the head."""
    training = Training(patients[0][0].shape[1], compiled)
    order = np.random.default_rng(42)
    losses = []
    for _ in range(epochs):
        shuffled = order.permutation(len(patients))
        batches = [shuffled[i : i + BATCH] for i in range(0, len(shuffled), BATCH)]
        losses.append(np.mean([training.step(collate([patients[i] for i in batch])) for batch in batches]))
    return losses, training.head


def predict(head, patients):
    """Survival at months 0 to 24, [patients, 25]."""
    head.eval()
    with torch.inference_mode():
        logits = torch.cat([head(*collate([patient])[:2]) for patient in patients])
    mass = torch.softmax(torch.cat([logits, torch.zeros(len(logits), 1)], 1), 1)
    return torch.cat([torch.ones(len(mass), 1), 1 - mass[:, :-1].cumsum(1)], 1).numpy()
