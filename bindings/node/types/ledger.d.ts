import type { MarkNumber } from './audio.js';
import { Handle } from './handle.js';
import type { Key } from './key.js';
import type { Action } from './policy.js';

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
   * Tells `sink` of checkpoints, to be kept where whoever keeps this ledger cannot take them back: of one now, whenever `every`
   * records (1000) have come since, and when the ledger is closed. It takes the place of the one before; null tells nobody any
   * more. One call at a time; a promise that it answers with is waited for. When it throws or rejects, the checkpoint counts as
   * not taken: it is told again a second later, of the newest one, until it takes one; nobody is kept from recording. The first
   * failure rejects this promise (VG_ERR_CALLBACK, with its `cause`), later ones are warnings of the process.
   */
  onCheckpoint(sink: ((checkpoint: string) => void | Promise<void>) | null, options?: { every?: number }): Promise<void>;
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
