import type { AudioFormat, MarkNumber, Samples, Scheme } from './audio.js';
import { Handle } from './handle.js';
import type { Key } from './key.js';

/** How hard to look: `fast` for the obvious, `thorough` for what was cut, stretched or played into a room. */
export type Effort = 'fast' | 'normal' | 'thorough';

/** What is looked for. */
export interface DetectorOptions {
  /** The keys to try, 1 to 64. */
  keys: readonly Key[];
  /** Default `'normal'`. */
  effort?: Effort;
  /** Default 32: only marks of this scheme are found. */
  scheme?: Scheme;
}

/** What is looked for, and the sizes of the audio it is looked for in. */
export interface DetectOptions extends DetectorOptions, AudioFormat {}

/** How work on another thread is watched and ended. */
export interface Watching {
  /** Called now and then with the share that is done, and at the end with 1. What it throws, the promise rejects with. */
  progress?: (done: number) => void;
  /** Ends the work: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** One of many clips to look into. */
export interface DetectItem extends AudioFormat {
  samples: Samples;
}

/** A stretch of audio that carries the mark. */
export interface Span {
  /** Seconds from the start. */
  start: number;
  /** Seconds from the start. */
  end: number;
  /** How clearly: standard deviations above chance, for a second of it. */
  score: number;
}

/** What a detector found. "Not found" never means that a human spoke. */
export interface Detection {
  /** Whether `pValue` is below one in a million. */
  found: boolean;
  /** How probable it is that unmarked audio would look marked like this, every guess that was tried counted. */
  pValue: number;
  /** The number that the audio carries, a `BigInt` from 2^32 on; null when it could not be read with certainty. */
  mark: MarkNumber | null;
  /** The id of the key that marked it; null when nothing was found. */
  keyId: string | null;
  /** Where the mark is; empty when nothing was found. */
  spans: Span[];
  /** The score over time, to be drawn: `score[i]` at the second `time[i]`. There whether found or not. */
  curve: { time: Float64Array; score: Float64Array };
  /** The length of the audio. */
  seconds: number;
  /** How many times as fast as the marked audio this is; 1 when nothing was found. */
  speed: number;
  /** How many times as high its frequencies are; 1 when nothing was found. */
  pitch: number;
  /** Log-odds of the mark's code bits, positive for a 0: what an id that could not be read is looked up by. */
  softBits: Float32Array;
  /** The lowest eight bits of the ids that `softBits` are for. */
  chips: number;
}

/** Looks for the marks of 1 to 64 keys; made once, used often. Any number of detections may run at once. */
export declare class Detector extends Handle {
  constructor(options: DetectorOptions);
  /** Detects on another thread. The samples are copied before this returns. */
  detect(samples: Samples, format: AudioFormat & Watching): Promise<Detection>;
  /**
   * A detection for each of `items`, in order, looked into as they are asked for. `progress` is called with the number
   * of items done, the part of the one at hand included.
   */
  detectMany(items: Iterable<DetectItem> | AsyncIterable<DetectItem>, watching?: Watching): AsyncGenerator<Detection, void, void>;
  /** The same search in a stream, while it runs. */
  listen(format: AudioFormat): Listener;
  /** Detects on this thread, which waits: about a second for a minute of audio. */
  detectSync(samples: Samples, format: AudioFormat): Detection;
}

/**
 * Looks for marks in one stream while it runs: the verdict firms up. What was heard is searched after 2, 4, 8, 16, 32
 * and 64 seconds, and then each minute in the same way.
 */
export declare class Listener extends Handle {
  private constructor();
  /** Hears samples, on another thread; a verdict about all that was heard when one is due, otherwise null. One at a time. */
  push(samples: Samples): Promise<Detection | null>;
  /** The verdict about all that was heard; the listener is then as new. */
  finish(): Promise<Detection>;
  /** The verdicts about a stream of chunks as they come, and the last one at its end. */
  verdicts(chunks: Iterable<Samples> | AsyncIterable<Samples>, options?: { signal?: AbortSignal }): AsyncGenerator<Detection, void, void>;
}

/** The curve of a detection as plain numbers, as plotting libraries take them: `[second, score]` a point. */
export declare function curveSeries(detection: Pick<Detection, 'curve'>): [number, number][];

/** Looks for a mark, on another thread. The samples are copied before this returns. */
export declare function detect(samples: Samples, options: DetectOptions & Watching): Promise<Detection>;

/** Looks for a mark on this thread, which waits. */
export declare function detectSync(samples: Samples, options: DetectOptions): Detection;
