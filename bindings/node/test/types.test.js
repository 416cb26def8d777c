'use strict';

// index.d.ts and types/ say what is there, no more and no less, and people can use it under --strict.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const voxguard = require('..');

const PACKAGE = join(__dirname, '..');

/** TypeScript from here, or from where `cargo xtask test` keeps it; null where neither is. */
function typescript() {
  for (const folder of [PACKAGE, join(PACKAGE, '..', '..', 'target', 'node')]) {
    const path = join(folder, 'node_modules', 'typescript');
    if (existsSync(path) && existsSync(join(folder, 'node_modules', '@types', 'node'))) {
      return path;
    }
  }
  return null;
}

const found = typescript();
const skip = found === null ? 'needs npm ci in bindings/node' : false;

test('index.d.ts and the sample programs pass tsc --strict', { skip }, () => {
  const types = join(dirname(found), '@types');
  const arguments_ = [join(found, 'bin', 'tsc'), '--noEmit', '--strict', '-p', PACKAGE, '--typeRoots', types];
  const { status, stdout } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
  assert.strictEqual(status, 0, stdout);
});

/** What index.d.ts exports as values: by name, the kind, and of a class its members. */
function declared(ts) {
  const program = ts.createProgram([join(PACKAGE, 'index.d.ts')], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(dirname(found), '@types')],
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(PACKAGE, 'index.d.ts'));
  const ours = (source) => source === file || dirname(source.fileName) === join(PACKAGE, 'types');
  const own = (symbol) => symbol.declarations?.some((declaration) => ours(declaration.getSourceFile()));
  const name = (symbol) => {
    const { name: written } = symbol.declarations[0];
    return written && ts.isComputedPropertyName(written) ? written.expression.getText() : symbol.name;
  };
  const members = (type) => checker.getPropertiesOfType(type).filter((symbol) => own(symbol) && symbol.name !== 'prototype').map(name).sort();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return Object.fromEntries(
    exported
      .filter((symbol) => symbol.flags & ts.SymbolFlags.Value)
      .map((symbol) => {
        if (!(symbol.flags & ts.SymbolFlags.Class)) {
          return [symbol.name, null];
        }
        return [symbol.name, { instance: members(checker.getDeclaredTypeOfSymbol(symbol)), statics: members(checker.getTypeOfSymbol(symbol)) }];
      }),
  );
}

/** What is not for users: streams' own methods, constructors, inspection. */
const INTERNAL = new Set(['constructor', 'name', '_transform', '_flush', '_destroy', inspect.custom]);

/** As a declaration writes them: the symbols' own descriptions differ between versions of Node. */
const WRITTEN = new Map([[Symbol.dispose, 'Symbol.dispose'], [Symbol.asyncDispose, 'Symbol.asyncDispose']]);

function memberNames(object) {
  return Reflect.ownKeys(object).filter((name) => !INTERNAL.has(name)).map((name) => WRITTEN.get(name) ?? String(name));
}

/** The same as `declared`, of the classes and functions that are there. */
function actual() {
  return Object.fromEntries(
    Object.entries(voxguard).map(([name, value]) => {
      if (typeof value !== 'function' || !/^class\b/.test(Function.prototype.toString.call(value))) {
        return [name, null];
      }
      const instance = new Set();
      const statics = new Set();
      for (let part = value; /^class\b/.test(Function.prototype.toString.call(part)); part = Object.getPrototypeOf(part)) {
        memberNames(part.prototype).forEach((member) => instance.add(member));
        memberNames(part).filter((member) => !['length', 'prototype'].includes(member)).forEach((member) => statics.add(member));
      }
      return [name, { instance: [...instance].sort(), statics: [...statics].sort() }];
    }),
  );
}

test('index.d.ts declares exactly what is exported, and every method of every class', { skip: skip || (Symbol.dispose ? false : 'this Node has no Symbol.dispose') }, () => {
  const [said, there] = [declared(require(found)), actual()];
  // An error's fields are its own, not its prototype's.
  for (const name of ['VoxguardError', 'TokenError', 'ApiKeyError']) {
    const made = { ...new voxguard.VoxguardError('VG_ERR_BUSY', '', { cause: 1 }), cause: 1, ...new voxguard[name]('', 'expired') };
    said[name].instance = said[name].instance.filter((member) => !Object.hasOwn(made, member));
  }
  assert.deepStrictEqual(there, said);
});
