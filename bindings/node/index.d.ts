/// <reference types="node" />

// One noun a file, in types/. `Handle` is what the classes have in common, and no export.

export * from './types/access.js';
export * from './types/api_key.js';
export * from './types/audio.js';
export * from './types/detector.js';
export * from './types/error.js';
export * from './types/guard.js';
export * from './types/key.js';
export * from './types/ledger.js';
export * from './types/limiter.js';
export * from './types/marker.js';
export * from './types/monitor.js';
export * from './types/policy.js';
export * from './types/role.js';
export * from './types/seal.js';
export * from './types/text_stream.js';
export * from './types/token.js';

/** The library's version, such as `"0.1.0"`. */
export declare const version: string;
