import jax
import jax.numpy as jnp


def loss(h, w, source, target):
    pooled = jnp.zeros((1_500, 64)).at[target].add(h[source] * w[:, None])
    degree = jnp.zeros(1_500).at[target].add(w)
    out = jnp.zeros((1_500, 64)).at[target].add(h[source])
    return jnp.sum(jnp.tanh(pooled) + out / (1 + degree[:, None]))


gradient = jax.jit(jax.value_and_grad(loss, (0, 1)))


def run():
    edges = jnp.arange(8_000)
    h, w = jnp.linspace(-1, 1, 1_500 * 64).reshape(1_500, 64), jnp.linspace(0, 1, 8_000)
    for _ in range(4):
        jax.block_until_ready(gradient(h, w, edges * 17 % 1_500, edges * 29 % 1_500))
