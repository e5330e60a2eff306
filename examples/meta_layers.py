"""Layers without numbers, for their shapes; layers folded into one; a softmax over clusters; a matrix by rows."""

import torch
from torch import nn

with torch.device("meta"):
    model = nn.Sequential(nn.Linear(400, 300), nn.ReLU(), nn.Linear(300, 10))
    x = torch.randn(8, 400)
print(sum(p.numel() for p in model.parameters()), model(x).shape, model[0].weight.device, x)
model = model.to_empty(device="cpu")
print(model[0].weight.device)

torch.manual_seed(0)
conv, norm = nn.Conv2d(2, 3, 3).eval(), nn.BatchNorm2d(3)
norm(torch.randn(4, 3, 5, 5))
fused = nn.utils.fuse_conv_bn_eval(conv, norm.eval())
image = torch.randn(1, 2, 4, 4)
print(fused, torch.allclose(fused(image), norm(conv(image)), atol=1e-5))

softmax = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], div_value=2.0)
features = torch.randn(5, 8, requires_grad=True)
result = softmax(features, torch.tensor([0, 3, 5, 12, 19]))
result.loss.backward()
print(softmax, result.output, result.loss, features.grad, softmax.predict(features), sep="\n")

rows = torch.tensor([[0.0, 1, 0], [2, 0, 3]]).to_sparse_csr()
print(rows, rows.crow_indices(), rows @ torch.ones(3, 1), sep="\n")


class Single:
    _only = None

    def __new__(cls):
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only


print(Single() is Single())
