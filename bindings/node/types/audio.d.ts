/**
 * Interleaved samples: 32-bit floats, nominally -1 to 1, or 16-bit integers. What comes out is of the kind
 * that went in. A `Float64Array`, a plain array, a `Buffer` and memory in a `SharedArrayBuffer` are refused;
 * the streams take `Buffer`s.
 */
export type Samples = Float32Array | Int16Array;

/** A mark's id: 32 bits, or 64 in a scheme of 64, as a number or as a `BigInt`. */
export type MarkNumber = number | bigint;

/**
 * How many bits of id a mark carries, 0 for none. Fewer are found in shorter clips. A detector finds marks of its own
 * scheme only.
 */
export type Scheme = 0 | 16 | 32 | 64;

/** The sizes of audio. */
export interface AudioFormat {
  /** Frames a second: an integer, 8000 to 192000. */
  sampleRate: number;
  /** Interleaved samples a frame, 1 to 8. Default 1. */
  channels?: number;
}
