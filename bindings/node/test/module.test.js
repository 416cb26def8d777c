'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { copyFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');

const voxguard = require('..');
const { platform } = require('../lib/addon.js');
const { folder } = require('../fixtures/folder.js');

const PACKAGE = join(__dirname, '..');

test('require and import give the same, by every name', async () => {
  const imported = await import('voxguard');
  const { default: whole, ...named } = imported;
  assert.strictEqual(whole, voxguard);
  assert.deepStrictEqual({ ...named }, voxguard);
  assert.strictEqual(require('voxguard'), voxguard);
});

test('the version is that of the package', () => {
  assert.strictEqual(voxguard.version, JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version);
});

test('every file that is published is named, and depends on nothing', () => {
  const { dependencies, files, scripts } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  assert.strictEqual(dependencies, undefined);
  assert.ok(!Object.keys(scripts).some((name) => /install|prepare/.test(name)));
  for (const name of ['index.js', 'index.mjs', 'index.d.ts', 'index.d.mts', 'lib', 'types']) {
    assert.ok(files.includes(name), name);
  }
});

/** A copy of the package without an addon. */
function bare(path) {
  const copy = join(path, 'voxguard');
  mkdirSync(join(copy, 'lib'), { recursive: true });
  copyFileSync(join(PACKAGE, 'index.js'), join(copy, 'index.js'));
  for (const name of require('node:fs').readdirSync(join(PACKAGE, 'lib'))) {
    copyFileSync(join(PACKAGE, 'lib', name), join(copy, 'lib', name));
  }
  return copy;
}

function run(script, env = {}) {
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { ...process.env, ...env } });
}

test('without an addon the error says what was looked for and how to make it', (context) => {
  const copy = bare(folder(context).path);
  const { status, stderr } = run(`require(${JSON.stringify(copy)})`);
  assert.notStrictEqual(status, 0);
  assert.match(stderr, new RegExp(`voxguard-${platform()}`));
  assert.match(stderr, /voxguard\.node/);
  assert.match(stderr, /bindings\/node\/build\.js/);
});

test("the platform's package is taken before the file beside index.js, and its own fault is not hidden", (context) => {
  const copy = bare(folder(context).path);
  const addon = join(copy, 'node_modules', `voxguard-${platform()}`);
  mkdirSync(addon, { recursive: true });
  copyFileSync(join(PACKAGE, 'voxguard.node'), join(addon, 'voxguard.node'));
  writeFileSync(join(addon, 'package.json'), '{"main":"voxguard.node"}');
  writeFileSync(join(copy, 'voxguard.node'), 'not an addon');
  const { stdout, stderr } = run(`console.log(require(${JSON.stringify(copy)}).version)`);
  assert.strictEqual(stdout, `${voxguard.version}\n`, stderr);
  writeFileSync(join(addon, 'voxguard.node'), 'not an addon');
  const broken = run(`require(${JSON.stringify(copy)})`);
  assert.notStrictEqual(broken.status, 0);
  assert.match(broken.stderr, /ERR_DLOPEN_FAILED|invalid|not a valid/);
});

const compiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

test('another libvoxguard in the process does not take over our calls', { skip: compiler ? false : 'needs Linux and a C compiler' }, (context) => {
  const { path } = folder(context);
  const source = join(path, 'decoy.c');
  const decoy = join(path, 'libdecoy.so');
  writeFileSync(source, 'const char *vg_version(void) { return "decoy"; }\nint vg_key_generate(void **out, void **err) { (void)out; (void)err; return 90; }\n');
  const built = spawnSync('cc', ['-shared', '-fPIC', '-o', decoy, source], { encoding: 'utf8' });
  assert.strictEqual(built.status, 0, built.stderr);
  const script = `const { version, Key } = require(${JSON.stringify(PACKAGE)}); Key.generate(); console.log(version)`;
  const { stdout, stderr } = run(script, { LD_PRELOAD: decoy });
  assert.strictEqual(stdout, `${voxguard.version}\n`, stderr);
});
