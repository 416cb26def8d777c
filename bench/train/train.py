"""Trains the receiver and the scout: they read levels of cells and guess each sign.

    python train.py receiver|scout STEPS WEIGHTS VECTOR data.npz...        (goes on from WEIGHTS when there are any)

Writes WEIGHTS (little-endian float32, in the order of `names`) and VECTOR: a grid and what the network says to
it, which a test of the crate compares with its own inference. Needs numpy, jax (CPU). Same data, same steps, same
machine: same weights.

The networks: 5x5 convolution of the level with a bias for each band, ReLU; residual 3x3 convolutions, each with a ReLU;
3x3 convolution to log-odds. Columns of time by bands, channels last, zero padding. The receiver has 16 channels
and three residual layers, the scout 8 and none: a 28th of the work, for looking where the receiver should read.
"""
import os, sys, time
import jax, jax.numpy as jnp
import numpy as np

BANDS, COLUMNS, HELD_OUT, BATCH = 64, 100, 160, 8
SCALE = 12.0  # decibels
SHAPES = {"receiver": (16, 3), "scout": (8, 0)}  # channels, residual layers
LOWEST, HIGHEST, CORNER = 200.0, 7400.0, 1500.0
STEP, CELL = 0.008, 0.048
POWERS = (10.0 ** (np.arange(256) * 0.06 - 10.0)).astype("f4")  # as data.py keeps them


def scale(hz):
    return np.log(1 + hz / CORNER)


def levels(powers, hertz, longer, higher, start):
    """As `grid.rs` computes them: COLUMNS x BANDS in dB over the mean power, beginning `start` steps in."""
    linear = POWERS[powers]
    band = np.floor((scale(np.arange(powers.shape[1]) * hertz / higher) - scale(LOWEST)) / (scale(HIGHEST) - scale(LOWEST)) * BANDS)
    choose = (band[:, None] == np.arange(BANDS)).astype("f4")
    choose[powers.max(0) == 0] = 0
    step = linear @ (choose / np.maximum(choose.sum(0), 1))
    used = step[: int((powers.max(1) > 0).sum())]
    running = np.concatenate([np.zeros((1, BANDS)), np.cumsum(used, 0, dtype="f8")])
    edges = start + np.arange(COLUMNS + 1) * (CELL / STEP) * longer
    whole = np.minimum(edges.astype(int), len(used) - 1)
    part = np.minimum(edges - whole, 1)[:, None]
    at = running[whole] + part * (running[whole + 1] - running[whole])
    power = np.diff(at, axis=0) / ((CELL / STEP) * longer) / max(used.mean(), 1e-18)
    return 10 * np.log10(np.maximum(power, 1e-7))


def draw_grid(data, n, draw):
    """Levels of example n as a detector may see them, near to its true place, and the signs."""
    powers, hertz, (longer, higher), signs = (data[k][n] for k in ("powers", "hertz", "warps", "signs"))
    longer, higher = longer * np.exp(draw.normal(0, 0.003)), higher * np.exp(draw.normal(0, 0.006))
    last = (powers.max(1) > 0).sum() / (CELL / STEP * longer) - COLUMNS - 1
    first = draw.integers(0, max(1, int(last)))
    start = max(0.0, (first * CELL / STEP) * longer + draw.uniform(-1, 1))
    return levels(powers, hertz, longer, higher, start), signs[first : first + COLUMNS]


def stored(path, like):
    """Weights as `main` writes them."""
    flat, w, at = np.fromfile(path, "<f4"), {}, 0
    for k in like:
        w[k] = jnp.asarray(flat[at : at + like[k].size].reshape(like[k].shape))
        at += like[k].size
    return w


def initial(kind, key):
    (c, depth), keys = SHAPES[kind], jax.random.split(key, 8)
    he = lambda k, shape: jax.random.normal(k, shape) * np.sqrt(2 / np.prod(shape[:-1]))
    w = {"first": he(keys[0], (5, 5, 1, c)), "first_bias": jnp.zeros((BANDS, c))}
    for i in range(depth):
        w[f"body{i}"], w[f"body{i}_bias"] = 0.5 * he(keys[i + 1], (3, 3, c, c)), jnp.zeros(c)
    return w | {"last": 0.3 * he(keys[7], (3, 3, c, 1)), "last_bias": jnp.zeros(1)}


def conv(x, w):
    return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def network(w, levels):
    """Log-odds of (batch, columns, bands) levels in dB."""
    h = jax.nn.relu(conv(levels[..., None] / SCALE, w["first"]) + w["first_bias"])
    for i in range(sum(k.startswith("body") for k in w) // 2):
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


def main(kind, steps, weights, vector, *paths):
    files, steps = [np.load(path) for path in paths], int(steps)
    data = {k: np.concatenate([f[k] for f in files]) for k in ("powers", "hertz", "warps", "signs")}
    count, draw = len(data["powers"]), np.random.default_rng(1)
    held = [np.stack(x).astype("f4") for x in zip(*(draw_grid(data, n, draw) for n in range(HELD_OUT)))]
    w = initial(kind, jax.random.PRNGKey(0))
    # A dictionary that has been through jit comes back sorted: the order of the file is this one.
    names = list(w)
    w = stored(weights, w) if os.path.exists(weights) else w
    m, v = jax.tree.map(jnp.zeros_like, w), jax.tree.map(jnp.zeros_like, w)
    judge, began = jax.jit(network), time.time()
    save = lambda: np.concatenate([np.asarray(w[k], "<f4").ravel() for k in names]).tofile(weights)
    for n in range(1, steps + 1):
        x, s = (np.stack(x).astype("f4") for x in zip(*(draw_grid(data, i, draw) for i in draw.integers(HELD_OUT, count, size=BATCH))))
        x = np.maximum(x + draw.uniform(-4, 4, (BATCH, 1, 1)).astype("f4"), -70)
        rate = 1.5e-3 * (1 + np.cos(np.pi * n / steps)) + 1e-5
        w, m, v, value = step(w, m, v, x, s, rate, n)
        if n % 200 == 0:
            e = np.tanh(np.asarray(judge(w, held[0])) / 2)
            z = (e * held[1]).sum((1, 2)) / np.sqrt((e * e).sum((1, 2))) / np.sqrt(COLUMNS * CELL)
            print(f"{n} loss {value:.3f}, held-out grids: z/sqrt(s) {z.mean():.3f}, {time.time() - began:.0f} s", flush=True)
            save()
    save()
    grid = held[0][0][:16]
    np.concatenate([grid, np.asarray(judge(w, grid[None]))[0]]).astype("<f4").tofile(vector)


if __name__ == "__main__":
    main(*sys.argv[1:])
