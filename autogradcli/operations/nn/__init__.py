"""What networks are made of: activations, losses, convolution, pooling, normalization."""
