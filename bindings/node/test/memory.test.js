'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { test } = require('node:test');

/** VOXGUARD_ROUNDS=100000 takes some minutes a kind. */
const ROUNDS = Number(process.env.VOXGUARD_ROUNDS ?? 5_000);

/** A key is quick to make. */
const KINDS = { key: 20 * ROUNDS, marker: ROUNDS, embed: ROUNDS, detector: ROUNDS, policy: ROUNDS, ledger: ROUNDS, guard: ROUNDS, error: ROUNDS, promises: ROUNDS, unclosed: ROUNDS };

for (const [kind, rounds] of Object.entries(KINDS)) {
  test(`making, using and freeing leaves memory flat: ${kind}`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', join(__dirname, '..', 'fixtures', 'rounds.js'), kind, String(rounds)], { encoding: 'utf8' });
    assert.strictEqual(status, 0, stderr);
    const grown = Number(stdout);
    // The smallest of these handles holds some kilobytes, so that a forgotten one in ten would show. What promises wait for is done
    // by libuv's threads, for each of which the allocator keeps memory of its own, some megabytes more or less. What nobody closes waits to be collected, some hundreds of handles at a time.
    const most = kind === 'promises' || kind === 'unclosed' ? 16e6 : 8e6;
    assert.ok(Number.isFinite(grown) && grown < most, `grew by ${grown} bytes in ${rounds} rounds`);
  });
}
