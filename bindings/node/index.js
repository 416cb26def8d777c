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
const { Access, config } = require('./lib/access.js');
const { ApiKeyError, ApiKeys } = require('./lib/api_key.js');
const { RateLimiter } = require('./lib/limiter.js');
const { Monitor } = require('./lib/monitor.js');
const { Cedar, Commands, Roles } = require('./lib/role.js');
const { SealKey, SealStream, Sealer, fernetOpen } = require('./lib/seal.js');
const { TokenError, Tokens } = require('./lib/token.js');
const { native } = require('./lib/addon.js');

module.exports = {
  Access,
  ApiKeyError,
  ApiKeys,
  Cedar,
  Commands,
  Detector,
  Guard,
  Key,
  Ledger,
  Listener,
  MarkTransform,
  Marker,
  Monitor,
  Policy,
  RateLimiter,
  Roles,
  SealKey,
  SealStream,
  Sealer,
  TextStream,
  TextTransform,
  TokenError,
  Tokens,
  Utterance,
  VoxguardError,
  checkProof,
  config,
  curveSeries,
  detect,
  detectSync,
  embed,
  embedAsync,
  fernetOpen,
  lintRules,
  markTransformStream,
  publicSigningKey,
  rulesFromWords,
  signRules,
  starterRules,
  textTransformStream,
  version: native.version(),
};
