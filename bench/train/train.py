"""Trains the receiver: reads levels of cells, guesses each sign.

    python train.py SECONDS WEIGHTS VECTOR data.npz...        (goes on from WEIGHTS when there are any)

Writes WEIGHTS (little-endian float32, in the order of `names`) and VECTOR: a grid and what the network says to
it, which a test of the crate compares with its own inference. Needs numpy, jax (CPU).

The network: 5x5 convolution of the level with a bias for each band, ReLU; three residual 3x3 convolutions;
3x3 convolution to log-odds. Columns of time by bands, channels last, zero padding.
"""
import os, sys, time
import jax, jax.numpy as jnp
import numpy as np

BANDS, CHANNELS, HELD_OUT = 32, 24, 100
SCALE = 12.0  # decibels
names = ["first", "first_bias", "body0", "body0_bias", "body1", "body1_bias", "body2", "body2_bias", "last", "last_bias"]


def stored(path, like):
    """Weights as `main` writes them."""
    flat, w, at = np.fromfile(path, "<f4"), {}, 0
    for k in names:
        w[k] = jnp.asarray(flat[at : at + like[k].size].reshape(like[k].shape))
        at += like[k].size
    return w


def initial(key):
    c, keys = CHANNELS, jax.random.split(key, 5)
    he = lambda k, shape: jax.random.normal(k, shape) * np.sqrt(2 / np.prod(shape[:-1]))
    w = {"first": he(keys[0], (5, 5, 1, c)), "first_bias": jnp.zeros((BANDS, c)),
         "last": 0.3 * he(keys[4], (3, 3, c, 1)), "last_bias": jnp.zeros(1)}
    for i in range(3):
        w[f"body{i}"], w[f"body{i}_bias"] = 0.5 * he(keys[i + 1], (3, 3, c, c)), jnp.zeros(c)
    return w


def conv(x, w):
    return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def network(w, levels):
    """Log-odds of (batch, columns, bands) levels in dB."""
    h = jax.nn.relu(conv(levels[..., None] / SCALE, w["first"]) + w["first_bias"])
    for i in range(3):
        h = h + jax.nn.relu(conv(h, w[f"body{i}"]) + w[f"body{i}_bias"])
    return (conv(h, w["last"]) + w["last_bias"])[..., 0]


def loss(w, levels, signs):
    return jax.nn.softplus(-network(w, levels) * signs).mean()


@jax.jit
def step(w, m, v, levels, signs, rate, n):
    value, g = jax.value_and_grad(loss)(w, levels, signs)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    update = lambda w, m, v: w - rate * (m / (1 - 0.9**n)) / (jnp.sqrt(v / (1 - 0.999**n)) + 1e-8)
    return jax.tree.map(update, w, m, v), m, v, value


def main(seconds, weights, vector, *paths):
    data = [np.load(path) for path in paths]
    levels = np.concatenate([d["levels"] for d in data]).astype("f4")
    signs = np.concatenate([d["signs"] for d in data]).astype("f4")
    held, levels = (levels[:HELD_OUT], signs[:HELD_OUT]), levels[HELD_OUT:]
    signs = signs[HELD_OUT:]
    w = initial(jax.random.PRNGKey(0))
    w = stored(weights, w) if os.path.exists(weights) else w
    m, v = jax.tree.map(jnp.zeros_like, w), jax.tree.map(jnp.zeros_like, w)
    judge, draw, start, n = jax.jit(network), np.random.default_rng(1), time.time(), 0
    while (t := (time.time() - start) / float(seconds)) < 1:
        n += 1
        pick = draw.integers(len(levels), size=8)
        x = levels[pick] + draw.uniform(-6, 6, (8, 1, 1)).astype("f4")
        x = np.maximum(x, -70)
        rate = 1.5e-3 * (1 + np.cos(np.pi * t)) + 1e-5
        w, m, v, value = step(w, m, v, x, signs[pick], rate, n)
        if n % 200 == 0:
            e = np.tanh(np.asarray(judge(w, held[0])) / 2)
            z = (e * held[1]).sum((1, 2)) / np.sqrt((e * e).sum((1, 2))) / np.sqrt(levels.shape[1] * 0.048)
            print(f"{n} loss {value:.3f}, held-out grids: z/sqrt(s) {z.mean():.2f}", flush=True)
            np.concatenate([np.asarray(w[k], "<f4").ravel() for k in names]).tofile(weights)
    np.concatenate([np.asarray(w[k], "<f4").ravel() for k in names]).tofile(weights)
    grid = held[0][0][:16]
    np.concatenate([grid, np.asarray(judge(w, grid[None]))[0]]).astype("<f4").tofile(vector)


if __name__ == "__main__":
    main(*sys.argv[1:])
