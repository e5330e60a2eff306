import jax
import jax.numpy as jnp


def loss(a, b):
    return jnp.mean(jax.nn.sigmoid(a * b) + jnp.log(b) * a - jnp.sqrt(b) / (1 + a))


gradient = jax.jit(jax.value_and_grad(loss, (0, 1)))


def run():
    a = jnp.arange(1_000_000, dtype=jnp.float32) / 1_000_000
    for _ in range(3):
        jax.block_until_ready(gradient(a, a + 0.5))
