/// <reference types="node" />

import { Transform } from 'node:stream';
import type { TransformStream } from 'node:stream/web';

export {};

/** The library's version, such as `"0.1.0"`. */
export declare const version: string;

/**
 * Interleaved samples: 32-bit floats, nominally -1 to 1, or 16-bit integers. What comes out is of the kind
 * that went in. A `Float64Array`, a plain array, a `Buffer` and memory in a `SharedArrayBuffer` are refused;
 * the streams take `Buffer`s.
 */
export type Samples = Float32Array | Int16Array;

/** A mark's id: 32 bits, or 64 in a scheme of 64, as a number or as a `BigInt`. */
export type MarkNumber = number | bigint;

/** How hard to look: `fast` for the obvious, `thorough` for what was cut, stretched or played into a room. */
export type Effort = 'fast' | 'normal' | 'thorough';

/**
 * How many bits of id a mark carries, 0 for none. Fewer are found in shorter clips. A detector finds marks of its own
 * scheme only.
 */
export type Scheme = 0 | 16 | 32 | 64;

/** How a text is read: `auto` takes what begins like SSML as SSML. */
export type Markup = 'auto' | 'plain' | 'ssml';

/** What a rule, or the whole of them, asks for. */
export type Action = 'allow' | 'warn' | 'mask' | 'block';

/** How grave a hit is. */
export type Severity = 'info' | 'warning' | 'error' | 'critical';

/** The sizes of audio. */
export interface AudioFormat {
  /** Frames a second: an integer, 8000 to 192000. */
  sampleRate: number;
  /** Interleaved samples a frame, 1 to 8. Default 1. */
  channels?: number;
}

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

/** One place where a text meets a rule. */
export interface Hit {
  /** The rule's id. */
  rule: string;
  /** The rule's category. */
  category: string;
  /** The reading of the text in which the rule was met, such as `plain` or `folded`. */
  view: string;
  severity: Severity;
  action: Action;
  /** In UTF-16 code units: `text.slice(hit.start, hit.end)` is what was hit. */
  start: number;
  /** In UTF-16 code units, exclusive. */
  end: number;
  /** In characters (Unicode scalar values), as the other languages count. */
  startChar: number;
  /** In characters (Unicode scalar values), exclusive. */
  endChar: number;
  /** In bytes of UTF-8. */
  startByte: number;
  /** In bytes of UTF-8, exclusive. */
  endByte: number;
}

/** What a policy says of a text. A refusal is a verdict, not an error. */
export interface Verdict {
  /** The gravest action of all hits. */
  action: Action;
  /** Whether the text may be spoken. */
  allowed: boolean;
  /** The text to speak; empty when it may not be. */
  text: string;
  /** Why, in words that may be shown to anyone: categories, and no pattern. */
  reason: string;
  /** How the text was read. */
  markup: 'plain' | 'ssml';
  hits: Hit[];
}

/** What every record of the ledger says. `kind` tells the rest. */
export interface LedgerRecord {
  /** Its place in the ledger, from 1; null where there is no ledger. */
  readonly seq: number | null;
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** What happened: `'generation'` and `'refusal'` now, more later. */
  readonly kind: string;
  /** A keyed hash of the subject, hexadecimal; null when none was named. */
  readonly subject?: string | null;
  readonly voice?: string;
  /** A keyed commitment to the text, hexadecimal: proves the text to who has it, and tells nothing to who has not. */
  readonly text?: string;
  /** SHA-256 of the rules that judged the text, hexadecimal. Without a policy that of no rules. */
  readonly policy?: string;
  readonly action?: Action;
  /** Ids of the rules that were met, in a refusal. */
  readonly rules?: readonly string[];
  /** The number that the audio carries. */
  readonly mark?: number | null;
  /** The id of the key that marked it. */
  readonly keyId?: string | null;
  readonly rate?: number;
  readonly channels?: number;
  /** Frames that came in. */
  readonly framesIn?: number;
  /** Frames that were marked: as many, when the outcome is `'complete'`. */
  readonly framesMarked?: number;
  readonly sampleFormat?: 'f32' | 'i16';
  /** SHA-256 of the samples before marking, interleaved little-endian, hexadecimal. */
  readonly audioIn?: string;
  /** SHA-256 of the samples after marking, interleaved little-endian, hexadecimal. */
  readonly audioOut?: string;
  readonly outcome?: 'complete' | 'aborted';
}

/** Whether a ledger is what it was. */
export interface Verification {
  /** True when nothing was changed, removed, added or reordered, as far as this can be seen. */
  intact: boolean;
  /** Entries that were read. */
  entries: number;
  /** What is wrong, and at which entry, where it is at one; null when intact. */
  fault: { seq: number | null; message: string } | null;
}

/** What every object that owns memory of the library has. One that nobody closes is freed when it is garbage collected. */
declare abstract class Handle implements Disposable {
  /** Frees what this holds; work that was begun goes on to its end. Safe to call twice. */
  close(): void;
  /** Whether `close` has been called: any other use then throws VG_ERR_HANDLE. */
  readonly closed: boolean;
  /** Closes it, at the end of a `using` block. */
  [Symbol.dispose](): void;
}

/**
 * The one secret: 256 bits from which everything else is derived. Printed, inspected or made JSON it shows
 * its id and nothing more.
 */
export declare class Key extends Handle {
  private constructor();
  /** A new key from the operating system's randomness. */
  static generate(): Key;
  /** A key from 64 hexadecimal digits. @throws {VoxguardError} VG_ERR_KEY */
  static fromHex(text: string): Key;
  /** A key from 32 bytes. @throws {VoxguardError} VG_ERR_KEY */
  static fromBytes(bytes: Uint8Array): Key;
  /** The key itself, as 64 hexadecimal digits: handle with care. */
  toHex(): string;
  /** The key's public name, 16 hexadecimal digits. */
  readonly id: string;
  /** `{ id }`: the secret is not in it. */
  toJSON(): { id: string };
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

/** Rules that say which texts may be spoken. */
export declare class Policy extends Handle {
  /**
   * The rules as an object, or the same as JSON text.
   * @throws {VoxguardError} VG_ERR_POLICY: which rule, and what is wrong with it
   */
  constructor(rules: object | string, options?: ClassifierOptions);
  /** The rules in a file of JSON, in UTF-8. */
  static fromFile(path: string | URL, options?: ClassifierOptions): Policy;
  /**
   * Judges a text. A refusal is a verdict, not an error.
   * @throws {VoxguardError} VG_ERR_TEXT for more than 1 MiB, or for markup that is broken or forbidden
   */
  check(text: string, options?: { markup?: Markup; consents?: readonly string[] }): Verdict;
  /** The verdict of `check`, found on another thread: there a classifier may take its time, and answer with a promise. */
  judge(text: string, options?: { markup?: Markup; consents?: readonly string[] }): Promise<Verdict>;
  /** Why a text is judged as it is: for your own eyes, since it quotes rules and text. */
  explain(text: string, options?: { markup?: Markup }): Record<string, unknown> & { spoken: string };
  /** A text that arrives in pieces, as a language model writes it. */
  stream(options?: { markup?: Markup; consents?: readonly string[] }): TextStream;
  /** The policy of a signed pack, if one of the trusted public keys (32 bytes each) signed it. */
  static fromPack(pack: string, keys: readonly Uint8Array[]): Policy;
  /** SHA-256 of the rules, 64 hexadecimal digits. */
  readonly hash: string;
}

/** What a classifier found. Places are in the spoken text, in UTF-16 code units. */
export interface Finding {
  rule: string;
  category: string;
  severity?: Severity;
  action?: Action;
  start?: number;
  end?: number;
}

/**
 * A classifier of your own. It is asked about every spoken text: by `check`, `guard.utterance` and the `finish` of a stream on this
 * thread, where it must return at once and a promise is a failure; by `judge` and `guard.utteranceAsync` from another, which wait for
 * a promise. What it throws is a failure too, and a warning of the process.
 */
export interface ClassifierOptions {
  classifier?: ((spoken: string) => Finding[] | Promise<Finding[]>) | null;
  /** Milliseconds that an answer may take; an answer that comes later does not count. Default 0, no limit. */
  classifierBudgetMs?: number;
  /** What a failure or a late answer does: refuse the text, or let it pass with a warning. Default `'block'`. */
  classifierFailure?: 'block' | 'warn';
}

/** A hit of a stream: places in the whole text, in characters and in bytes. */
export type StreamHit = Omit<Hit, 'start' | 'end'>;

/** What a piece of text releases. */
export interface Released {
  /** To be spoken now, after everything before; masked where a rule asks for it. */
  text: string;
  /** A rule forbids to go on: the stream is over. */
  blocked: boolean;
  /** The hits that were decided. */
  hits: StreamHit[];
}

/** A text that arrives in pieces; made by `policy.stream()`. What it gives is what a check of the whole text would give. */
export declare class TextStream extends Handle {
  private constructor();
  /** Takes the next piece, of any length. */
  push(delta: string): Released;
  /** Says that the text is complete. */
  finish(): Released;
}

export interface TextStreamOptions {
  markup?: Markup;
  consents?: readonly string[];
  /** Called with the hits when a rule ends the stream. */
  onBlocked?: (hits: StreamHit[]) => void;
}

/** A stream of Node: strings go in, the text that may be spoken comes out. */
export declare class TextTransform extends Transform {
  constructor(policy: Policy, options?: TextStreamOptions);
}
/** The same as a web stream. */
export declare function textTransformStream(policy: Policy, options?: TextStreamOptions): TransformStream<string, string>;

/** Advice about rules that load but do not do what they seem to. */
export declare function lintRules(rules: object | string): { rule: string; field: string; code: string; message: string }[];
/** The small rules to begin with in a language: `de`, `en`, `es`, `fr` or `pt`. */
export declare function starterRules(language: string): object;
/** Rules made of a word list, one word or phrase a line: lines that begin with `#` are comments. Severity: default `'error'`. */
export declare function rulesFromWords(
  words: string,
  options: { id: string; category: string; severity?: Severity; language?: string | null },
): object;
/** The public key of a secret one, 32 bytes each: hosts that load a pack name it. */
export declare function publicSigningKey(secret: Uint8Array): Uint8Array;
/** A signed pack. The secret is the 32 bytes of an Ed25519 key. */
export declare function signRules(rules: object | string, secret: Uint8Array): string;

/**
 * What was said, and proof that nobody changed the story. `url` is `sqlite:///relative.db`,
 * `sqlite:////absolute.db` or `sqlite::memory:`. Do not read the file with another SQLite in the same process.
 */
export declare class Ledger extends Handle {
  /**
   * Opens on this thread, which waits while another process holds the file.
   * @throws {VoxguardError} VG_ERR_STORE_…
   */
  constructor(url: string, options: { key: Key });
  /** Opens on another thread. */
  static open(url: string, options: { key: Key }): Promise<Ledger>;
  /** The number of records. */
  length(): Promise<number>;
  /** The record at this place, from 1; null when there is none. */
  get(seq: number): Promise<LedgerRecord | null>;
  /** The records of a mark, or of a subject: the newest first, and no more than 1000 of them. */
  find(by: { mark: MarkNumber } | { subject: string }): Promise<LedgerRecord[]>;
  /** A signed note on what the ledger holds now. Keep it elsewhere: a ledger cannot see that its own end was cut off. */
  checkpoint(): Promise<string>;
  /** Reads the whole ledger and says whether it is what it was, and what the checkpoint says it was. */
  verify(checkpoint?: string | null): Promise<Verification>;
  /** Does one of the operations of docs/LEDGER.md, such as ask('prove', { seq: 7 }), and gives its answer. */
  ask(operation: string, fields?: { [field: string]: unknown }): Promise<unknown>;
  /**
   * Changes keys: ends this ledger and lets the next one, under another key, go on; each gets a record that names the
   * other. Gives the last checkpoint of this one.
   */
  rotate(next: Ledger): Promise<string>;
  /** What a stranger needs to check a checkpoint: a C2SP verifier key. */
  readonly verifyingKey: string;
}

/** What is to be checked without a secret key: a record's proof, a continuation of a checkpoint, or a whole ledger. */
export interface ProofQuestion {
  key: string;
  proof?: string;
  ledger?: string;
  checkpoint?: string;
  witnesses?: string[];
  quorum?: number;
}

/** Whether a proof, or a ledger, holds for who has the public key alone. */
export declare function checkProof(question: ProofQuestion): Promise<{ holds: boolean; reason: string; [more: string]: unknown }>;

/** What a guard is made of. */
export interface GuardOptions {
  key: Key;
  /** Without one every text is allowed. */
  policy?: Policy | null;
  /** Without one no record is kept. A URL is opened, and closed with the guard. */
  ledger?: Ledger | string | null;
  /**
   * Called with each record, on this thread, after it is durable and before `finish` or `abort` resolves; a promise
   * that it returns is awaited. When it fails these reject with VG_ERR_CALLBACK and the failure as `cause`; the record
   * stays in the ledger.
   */
  onRecord?: ((record: LedgerRecord) => unknown) | null;
  /** The usual sample rate. Default 24000. */
  sampleRate?: number;
  /** The usual channel count. Default 1. */
  channels?: number;
}

/** What is to be spoken, and for whom. */
export interface UtteranceOptions {
  text: string;
  /** The voice that will speak. */
  voice: string;
  /** The host's own name for the person: 1 to 128 of `A-Z a-z 0-9 _ . @ : -`. The ledger keeps a keyed hash of it. */
  subject?: string | null;
  /** Default `'auto'`. */
  markup?: Markup;
  /** Default: the guard's. */
  sampleRate?: number;
  /** Default: the guard's. */
  channels?: number;
  /** The name of the model that will speak; the record keeps it. */
  model?: string | null;
  /** What it will speak with, in any form; the record keeps its SHA-256. */
  parameters?: string | null;
  /**
   * Whether the text is kept, sealed under the subject's key, until the subject is erased or its time is over. Needs a
   * subject and a ledger. Default false.
   */
  keepText?: boolean;
}

/** The key, the rules and the ledger of a service, together: made once, it begins every utterance. */
export declare class Guard extends Handle {
  constructor(options: GuardOptions);
  /** Where the records go; null without one. */
  readonly ledger: Ledger | null;
  /** Judges the text. A refusal is no error: ask `allowed` or `verdict`. */
  utterance(options: UtteranceOptions): Utterance;
  /** The same, judged on another thread: there a classifier of the policy may take its time, and answer with a promise. */
  utteranceAsync(options: UtteranceOptions): Promise<Utterance>;
  /** Frees the guard, and its ledger when the guard opened it. Utterances that were begun go on. */
  close(): void;
}

/** One text on its way to speech: judged, marked while it is spoken, and written down. */
export declare class Utterance extends Handle implements AsyncDisposable {
  private constructor();
  readonly verdict: Verdict;
  /** Whether the text may be spoken. */
  readonly allowed: boolean;
  /** The text to speak; empty when refused. */
  readonly text: string;
  /** The number that this audio carries; null when refused. */
  readonly markId: number | null;
  /** By how many frames what comes out lags behind. */
  readonly latency: number;
  /** Frames that `finish` would give now. */
  readonly pending: number;
  /** What the ledger says of this utterance, once it is refused, finished or aborted; null before. */
  readonly record: LedgerRecord | null;
  /**
   * Marks samples; see `Marker.process`.
   * @throws {VoxguardError} VG_ERR_STATE when the text was refused or the utterance is finished, VG_ERR_BUSY while it is being finished
   */
  mark<T extends Samples>(samples: T): T;
  /**
   * The last samples, given when the record is durable. When the ledger fails this rejects and nothing is given;
   * when `onRecord` fails it rejects with VG_ERR_CALLBACK though the record is kept. In both cases it can be called again.
   */
  finish(): Promise<{ samples: Samples; record: LedgerRecord }>;
  /** Gives up, and writes down what left until now. Resolves with that record; null when there is none to write. */
  abort(): Promise<LedgerRecord | null>;
  /** A stream that marks what is piped through it and finishes this utterance at its end; `record` is set then. Destroyed early, it aborts. */
  stream(options?: { highWaterMark?: number }): Transform;
  /** The same as a web `TransformStream`. */
  transformStream(): TransformStream<Samples | Uint8Array, Samples | Uint8Array>;
  /** Aborts what is not finished and closes, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Frees it; one that is neither finished nor aborted is aborted, and that is written down if it can be. */
  close(): void;
}

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

/**
 * Everything that this package throws or rejects with. Wrong JavaScript types are no exception: they are
 * `VG_ERR_ARGUMENT`, or `VG_ERR_UTF8` for a string with a lone surrogate.
 */
export declare class VoxguardError extends Error {
  constructor(code: string, message: string, options?: { cause?: unknown; status?: number });
  /** The name of the status, the same in every language: `'VG_ERR_…'`. */
  readonly code: string;
  /** Its number: 1-19 the caller's mistake, 20-39 configuration or text, 40-59 audio, 60-79 storage, 90-99 ours. */
  readonly status: number;
  readonly cause?: unknown;
}
