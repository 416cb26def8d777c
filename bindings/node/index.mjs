import voxguard from './index.js';

export const {
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
  version,
} = voxguard;

export default voxguard;
