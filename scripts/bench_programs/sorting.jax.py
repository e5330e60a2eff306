import jax
import jax.numpy as jnp


def loss(x):
    values = jnp.sort(x, axis=1)
    first = jnp.sum(values * jnp.linspace(0, 1, 1_000)) + jax.lax.top_k(x, 20)[0].sum()
    second = jnp.median(x, axis=1).sum() + jnp.sort(x.ravel(), descending=True)[:500].sum()
    return first + second + jnp.sum(jnp.diff(jnp.take_along_axis(x, jnp.argsort(x, axis=1), 1), axis=1) ** 2)


gradient = jax.jit(jax.value_and_grad(loss))


def run():
    x = (jnp.arange(400_000) * 7_919 % 400_009).astype(jnp.float32).reshape(400, 1_000) / 400_009
    for _ in range(2):
        jax.block_until_ready(gradient(x))
