"""``torch.nn.functional``: activations, losses, normalization, convolution, pooling, attention."""
