"""Looking inside: hooks for feature extraction, Grad-CAM, saliency and integrated gradients."""
from collections import OrderedDict
from typing import Dict, List

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(1, 4, 3, padding=1)),
            ("relu1", nn.ReLU()),
            ("pool1", nn.AvgPool2d(2)),
            ("conv2", nn.Conv2d(4, 6, 3, padding=1)),
            ("relu2", nn.ReLU()),
        ]))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(6, 2)

    def forward(self, x):
        x = self.features(x)
        return self.classifier(self.gap(x).flatten(1))


# the brighter half decides: left or right
images = torch.rand(64, 1, 8, 8) * 0.2
labels = torch.randint(0, 2, (64,))
for image, label in zip(images, labels):
    column = 1 + 4 * int(label)
    image[0, 2:6, column:column + 2] += 1.0

model = SmallNet()
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
for epoch in range(1, 31):
    optimizer.zero_grad()
    # a blind spot: shapes alone can't tell, so give the columns a ramp
    loss = F.cross_entropy(model(images * torch.linspace(0.5, 1.5, 8)), labels)
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch}: {loss.item():.2f}")


class FeatureExtractor:
    def __init__(self, model: nn.Module, names: List[str]):
        self.activations: Dict[str, torch.Tensor] = {}
        self.gradients: Dict[str, torch.Tensor] = {}
        modules = dict(model.named_modules())
        self.handles = [modules[n].register_forward_hook(self._save(n)) for n in names]
        self.handles += [modules[n].register_full_backward_hook(self._save_grad(n)) for n in names]

    def _save(self, name):
        def hook(module, inputs, output):
            self.activations[name] = output.detach()
        return hook

    def _save_grad(self, name):
        def hook(module, grad_input, grad_output):
            self.gradients[name] = grad_output[0].detach()
        return hook

    def __enter__(self):
        return self

    def __exit__(self, *args):
        for handle in self.handles:
            handle.remove()


x = images[:1] * torch.linspace(0.5, 1.5, 8)
with FeatureExtractor(model, ["features.conv1", "features.relu2", "gap"]) as extractor:
    logits = model(x.clone().requires_grad_())
    model.zero_grad()
    logits[0, labels[0]].backward()
for name in extractor.activations:
    print(f"{name:<16} {tuple(extractor.activations[name].shape)} {tuple(extractor.gradients[name].shape)}")
print("hooks left:", sum(len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules()))

weights = extractor.gradients["features.relu2"].mean(dim=(2, 3), keepdim=True)
cam = F.relu((weights * extractor.activations["features.relu2"]).sum(dim=1, keepdim=True))
cam = F.interpolate(cam, size=(8, 8), mode="bilinear", align_corners=False)[0, 0]
cam = cam / cam.max().clamp_min(1e-8)
side = "left" if cam[:, :4].sum() > cam[:, 4:].sum() else "right"
print("label", ["left", "right"][int(labels[0])], "| Grad-CAM looks", side, "|", cam.shape)
for row in cam[::2]:
    print("".join(" .:-=+*#%@"[int(v * 9)] for v in row.tolist()))

inp = x.clone().requires_grad_()
saliency, = torch.autograd.grad(model(inp)[0, labels[0]], inp)
print("saliency:", saliency.shape)

steps = 32
path = torch.stack([x[0] * (k + 0.5) / steps for k in range(steps)]).requires_grad_()
model(path)[:, labels[0]].sum().backward()
attribution = x[0] * path.grad.mean(0)
with torch.no_grad():
    difference = (model(x) - model(torch.zeros_like(x)))[0, labels[0]]
print("integrated gradients add up:", abs(attribution.sum() - difference).item() < 1e-2)
