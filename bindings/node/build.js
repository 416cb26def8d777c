'use strict';

// Compiles the addon and puts it beside index.js, where lib/addon.js looks for it. `--release` for a fast one.

const { spawnSync } = require('node:child_process');
const { copyFileSync, renameSync } = require('node:fs');
const { join } = require('node:path');

const args = ['build', '--package', 'voxguard-node', '--message-format', 'json-render-diagnostics', ...process.argv.slice(2)];
const cargo = spawnSync('cargo', args, { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
if (cargo.error || cargo.status !== 0) {
  console.error(cargo.error ? `cargo cannot be run: ${cargo.error.message}` : 'cargo build failed');
  process.exit(1);
}

const library = cargo.stdout
  .toString()
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .filter((message) => message.reason === 'compiler-artifact' && message.target.name === 'voxguard_node')
  .flatMap((message) => message.filenames)
  .find((name) => /\.(so|dylib|dll)$/.test(name));
if (library === undefined) {
  console.error('cargo build made no shared library of voxguard-node');
  process.exit(1);
}

// Copied aside and renamed: a process that has the old file loaded keeps it.
const addon = join(__dirname, 'voxguard.node');
copyFileSync(library, `${addon}.new`);
renameSync(`${addon}.new`, addon);
console.log(`${library} -> ${addon}`);
