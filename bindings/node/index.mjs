import voxguard from './index.js';

export const {
  Detector,
  Guard,
  Key,
  Ledger,
  MarkTransform,
  Marker,
  Policy,
  Utterance,
  VoxguardError,
  detect,
  detectSync,
  embed,
  embedAsync,
  markTransformStream,
  version,
} = voxguard;

export default voxguard;
