import jax
import jax.numpy as jnp

gradient = jax.jit(jax.value_and_grad(lambda x: jnp.sum((x * 2 + 1) * x)))


def run():
    x = jnp.array([1.0, 2.0, 3.0])
    for _ in range(2000):
        jax.block_until_ready(gradient(x))
