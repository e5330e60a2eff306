import jax
import jax.numpy as jnp


def loss(x, places):
    down, across = jnp.arange(100)[None, :], jnp.arange(2_000)[:, None]
    a = jnp.zeros((1_009, 100)).at[places, down].add(x)
    b = jnp.zeros((2_000, 1_009)).at[across, places].set(x * 2)
    c = jnp.zeros((1_009, 100)).at[places, down].add(x)
    first = jnp.sum(a * a) + b.sum() + jnp.mean(c * a)
    return first + a[places, down].sum() + jnp.sum(x[across, places % 100] ** 2)


gradient = jax.jit(jax.value_and_grad(loss))


def run():
    x = jnp.linspace(-1, 1, 200_000).reshape(2_000, 100)
    places = (jnp.arange(200_000) * 31 % 1_009).reshape(2_000, 100)
    for _ in range(3):
        jax.block_until_ready(gradient(x, places))
