import { Transform } from 'node:stream';
import type { TransformStream } from 'node:stream/web';
import type { AudioFormat, MarkNumber, Samples, Scheme } from './audio.js';
import { Handle } from './handle.js';
import type { Key } from './key.js';

/** What is marked with what. */
export interface MarkOptions extends AudioFormat {
  /** The secret that makes the mark findable, by its holders only. */
  key: Key;
  /** The number that the audio will carry, 0 to 4294967295, or of 64 bits in a scheme of 64. A scheme of fewer bits carries the lowest of them. */
  mark: MarkNumber;
  /** Default 32. */
  scheme?: Scheme;
  /** How loud the mark is, 0.25 to 2: 1, the default, is the usual, 2 twice the decibels. */
  strength?: number;
}

/**
 * Marks a stream of samples as they come: as many come out as went in, `latency` frames later. One stream is
 * all `Float32Array` or all `Int16Array`. However the stream is cut, the same samples come out, bit for bit.
 */
export declare class Marker extends Handle {
  /** @throws {VoxguardError} VG_ERR_AUDIO_FORMAT for a rate or a channel count that is not supported */
  constructor(options: MarkOptions);
  /** By how many frames what comes out lags behind; at most 80 ms. */
  readonly latency: number;
  /** Frames that `flush` would give now. */
  readonly pending: number;
  /**
   * Takes whole frames, any number of them, and gives the frames that are ready, in a new array.
   * Nothing is consumed when it throws.
   * @throws {VoxguardError} VG_ERR_NON_FINITE, VG_ERR_PARTIAL_FRAME
   */
  process<T extends Samples>(samples: T): T;
  /** The frames that are still inside, of the kind that was fed. The marker then stands as new. */
  flush(): Samples;
  /** Drops what is inside and starts a new stream. */
  reset(): void;
  /** Forces a panic inside the library, to test what a program does then: throws VG_ERR_INTERNAL, and this marker is dead. */
  debugPanic(): void;
}

/** Marks a whole piece of audio: the same samples as a `Marker` gives, in a new array of the same length. */
export declare function embed<T extends Samples>(samples: T, options: MarkOptions): T;

/** `embed` on another thread. The samples are copied before this returns. */
export declare function embedAsync<T extends Samples>(samples: T, options: MarkOptions): Promise<T>;

/** Options of the streams. */
export interface MarkTransformOptions extends MarkOptions {
  /** How many chunks may wait. Default 16. */
  highWaterMark?: number;
}

/**
 * Marks what is piped through it: `Float32Array`, `Int16Array`, or `Buffer`s of 16-bit little-endian samples, cut
 * anywhere. What comes out has the form of what went in. A stream that ends inside a frame fails with VG_ERR_PARTIAL_FRAME.
 */
export declare class MarkTransform extends Transform {
  constructor(options: MarkTransformOptions);
}

/** `MarkTransform` as a web `TransformStream`. */
export declare function markTransformStream(options: MarkOptions): TransformStream<Samples | Uint8Array, Samples | Uint8Array>;
