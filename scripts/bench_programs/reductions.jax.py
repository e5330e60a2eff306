import jax
import jax.numpy as jnp


def loss(x):
    first = x.sum(0).mean() + x.mean(1).sum() + x.std(ddof=1) + x.var(1, ddof=1).sum() + jnp.linalg.norm(x.ravel())
    second = jax.nn.logsumexp(x, 0).sum() + x.max(1).sum() + x.max(0).sum() + jnp.cumsum(x, 1).mean()
    return first + second + jnp.log(jnp.prod(x + 1, 0)).sum()


gradient = jax.jit(jax.value_and_grad(loss))


def run():
    x = (jnp.arange(600_000) % 977).astype(jnp.float32).reshape(600, 1_000) / 977
    for _ in range(3):
        jax.block_until_ready(gradient(x))
