# Logistic regression on two blobs, with a confusion matrix and the usual scores.
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1)

# --- data -----------------------------------------------------------------
n = 100
X = torch.cat([torch.randn(n, 2) + torch.tensor([1.5, 1.0]), torch.randn(n, 2) - torch.tensor([1.0, 1.5])])
y = torch.cat([torch.ones(n), torch.zeros(n)])
perm = torch.randperm(2 * n)
X, y = X[perm], y[perm]
X_train, X_test = X[:150], X[150:]
y_train, y_test = y[:150], y[150:]

# standardise with the statistics of the training part
mean, std = X_train.mean(dim=0, keepdim=True), X_train.std(dim=0, keepdim=True)
X_train, X_test = (X_train - mean) / std, (X_test - mean) / std
print("train:", X_train.shape, "test:", X_test.shape, "| positives:", int(y_train.sum()), "and", int(y_test.sum().item()))


# --- model ----------------------------------------------------------------
class LogisticRegression(nn.Module):
    def __init__(self, in_features):
        super(LogisticRegression, self).__init__()
        self.linear = nn.Linear(in_features, 1)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        return self.linear(x).squeeze(-1)


model = LogisticRegression(2)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1.0, weight_decay=1e-3)

for epoch in range(50):
    logits = model(X_train)
    loss = criterion(logits, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 10 == 0:
        acc = ((logits > 0).float() == y_train).float().mean()
        print(f"epoch {epoch + 1:3d} | loss {loss.item():.4f} | accuracy {acc:.1%}")

# the loss by hand, once
with torch.no_grad():
    p = torch.sigmoid(model(X_train))
    by_hand = -(y_train * p.log() + (1 - y_train) * (1 - p).log()).mean()
    assert torch.allclose(by_hand, F.binary_cross_entropy(p, y_train), atol=1e-6)

# --- evaluation -----------------------------------------------------------
model.eval()
with torch.inference_mode():
    predicted = (torch.sigmoid(model(X_test)) >= 0.5).long()
actual = y_test.long()

confusion = torch.zeros(2, 2, dtype=torch.int64)
for t, p in zip(actual, predicted):
    confusion[t, p] += 1
print("confusion matrix (rows: actual, columns: predicted)")
print(confusion)
assert torch.equal(confusion, torch.bincount(actual * 2 + predicted, minlength=4).reshape(2, 2))

(tn, fp), (fn, tp) = confusion.tolist()
precision = tp / (tp + fp)
recall = tp / (tp + fn)
f1 = 2 * precision * recall / (precision + recall)
print(f"accuracy : {(tp + tn) / confusion.sum():.3f}")
print(f"precision: {precision:.3f}\nrecall   : {recall:.3f}\nF1       : {f1:.3f}")

# area under the ROC curve: how often a positive is ranked above a negative
scores = model(X_test).detach()
pos, neg = scores[actual == 1], scores[actual == 0]
auc = (pos[:, None] > neg[None, :]).float().mean().item()
print("AUC      : %.3f" % auc)
