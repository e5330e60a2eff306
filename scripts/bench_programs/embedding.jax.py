import jax
import jax.numpy as jnp


def loss(table, words, w):
    e = table[words]
    return jnp.sum(e.mean(1) * w) + jnp.mean(table[words].sum(1) ** 2)


gradient = jax.jit(jax.value_and_grad(loss))


def run():
    table = jnp.linspace(-1, 1, 5_000 * 48).reshape(5_000, 48)
    words = (jnp.arange(64 * 100) * 37 % 5_003 % 5_000).reshape(64, 100)
    for _ in range(4):
        jax.block_until_ready(gradient(table, words, jnp.linspace(0, 1, 48)))
