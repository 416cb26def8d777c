'use strict';

// Finds the compiled addon: the package made for this platform first, then the file that a build from
// source leaves beside index.js. Nothing is ever downloaded.

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** `linux-x64-gnu`, `darwin-arm64`, `win32-x64-msvc`: what a compiled addon runs on. */
function platform() {
  const { platform: os, arch } = process;
  if (os === 'linux') {
    return `${os}-${arch}-${usesGlibc() ? 'gnu' : 'musl'}`;
  }
  return os === 'win32' ? `${os}-${arch}-msvc` : `${os}-${arch}`;
}

function usesGlibc() {
  // The network part of a report resolves names and can take seconds: left out where Node can.
  const { excludeNetwork } = process.report;
  process.report.excludeNetwork = true;
  try {
    return Boolean(process.report.getReport().header.glibcVersionRuntime);
  } finally {
    process.report.excludeNetwork = excludeNetwork;
  }
}

function load() {
  const name = `voxguard-${platform()}`;
  const file = join(__dirname, '..', 'voxguard.node');
  try {
    return require(name);
  } catch (error) {
    // Only its absence leads on: a package that is there and does not load must say why.
    if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes(`'${name}'`)) {
      throw error;
    }
  }
  if (!existsSync(file)) {
    throw new Error(
      `voxguard has no compiled addon for ${process.platform} ${process.arch}: neither the package ${name} ` +
        `nor the file ${file} is there. From a checkout: node bindings/node/build.js`,
    );
  }
  return require(file);
}

module.exports = { native: load(), platform };
