import { Transform } from 'node:stream';
import type { TransformStream } from 'node:stream/web';
import type { Access, Answer } from './access.js';
import type { Samples } from './audio.js';
import { Handle } from './handle.js';
import type { Key } from './key.js';
import type { Ledger, LedgerRecord } from './ledger.js';
import type { Markup, Policy, Verdict } from './policy.js';

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
  /** Who may speak, and how much: an `Access`, or the configuration of one. Without, the default profile. */
  access?: Access | object | string | null;
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
  /** The subject's role, where roles are to decide. */
  role?: string | null;
  /** The text's language (BCP 47), where it is known. */
  language?: string | null;
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
  /** Who may speak, and how much. */
  readonly access: Access;
  /** Judges the text. A refusal is no error: ask `allowed` or `verdict`. */
  utterance(options: UtteranceOptions): Utterance;
  /** The same, judged on another thread: there a classifier of the policy may take its time, and answer with a promise. */
  utteranceAsync(options: UtteranceOptions): Promise<Utterance>;
  /** Frees the guard, and its ledger and access when the guard made them. Utterances that were begun go on. */
  close(): void;
}

/** One text on its way to speech: judged, marked while it is spoken, and written down. */
export declare class Utterance extends Handle implements AsyncDisposable {
  private constructor();
  readonly verdict: Verdict;
  /** Whether the text may be spoken. */
  readonly allowed: boolean;
  /** What to tell whoever asked, when the request was turned away before its text was judged; null otherwise. */
  readonly answer: Answer | null;
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
