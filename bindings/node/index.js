'use strict';

// The whole of the package, one noun a file in lib/. What is exported here is declared in index.d.ts
// and again by name in index.mjs; a test compares the three.

const { VoxguardError } = require('./lib/error.js');
const { Key } = require('./lib/key.js');
const { Marker, embed, embedAsync } = require('./lib/marker.js');
const { Detector, curveSeries, detect, detectSync } = require('./lib/detector.js');
const { Listener } = require('./lib/listener.js');
const { Policy } = require('./lib/policy.js');
const { lintRules, publicSigningKey, rulesFromWords, signRules, starterRules } = require('./lib/rules.js');
const { TextStream, TextTransform, textTransformStream } = require('./lib/text_stream.js');
const { Ledger, checkProof } = require('./lib/ledger.js');
const { Guard } = require('./lib/guard.js');
const { Utterance } = require('./lib/utterance.js');
const { MarkTransform, markTransformStream } = require('./lib/stream.js');
const { native } = require('./lib/addon.js');

module.exports = {
  Detector,
  Guard,
  Key,
  Ledger,
  Listener,
  MarkTransform,
  Marker,
  Policy,
  TextStream,
  TextTransform,
  Utterance,
  VoxguardError,
  checkProof,
  curveSeries,
  detect,
  detectSync,
  embed,
  embedAsync,
  lintRules,
  markTransformStream,
  publicSigningKey,
  rulesFromWords,
  signRules,
  starterRules,
  textTransformStream,
  version: native.version(),
};
