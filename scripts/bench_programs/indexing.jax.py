import jax
import jax.numpy as jnp


def loss(x, rows, columns):
    first = jnp.sum(x[rows] ** 2) + x[rows, columns].sum() + x[:, columns[:150]].mean() + x[::2, 5:50].sum()
    second = jnp.sum(jnp.where(x > 0.5, x**2, 0)) + jnp.take(x, columns[:80], axis=1).sum()
    return first + second + jnp.take(x, rows * 100 + columns).sum()


gradient = jax.jit(jax.value_and_grad(loss))


def run():
    x = jnp.linspace(-1, 1, 300_000).reshape(3_000, 100)
    rows, columns = jnp.arange(6_000) * 7 % 3_000, jnp.arange(6_000) * 3 % 100
    for _ in range(3):
        jax.block_until_ready(gradient(x, rows, columns))
