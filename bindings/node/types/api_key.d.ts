import { VoxguardError } from './error.js';
import { Handle } from './handle.js';
import type { Key } from './key.js';

/** A key that was just made: `secret` is the whole of it, shown this once. */
export interface IssuedKey {
  id: string;
  secret: string;
  subject: string;
  scopes: string[];
  /** Seconds since 1970; null: until it is revoked. */
  expires: number | null;
}

/** What is kept of an API key. Times are seconds since 1970. */
export interface ApiKeyRecord {
  id: string;
  subject: string;
  /** What for; empty: whatever the subject may. */
  scopes: string[];
  created: number;
  expires: number | null;
  revoked: number | null;
  /** The id of the key that it took over from. */
  replaces: string | null;
}

/** An API key that does not hold. */
export declare class ApiKeyError extends VoxguardError {
  constructor(message: string, reason: string);
  /** `malformed`, `unknown`, `revoked` or `expired`. */
  readonly reason: string;
}

/** API keys in a store: a keyed hash of each, never the key. What reads or writes the store works on another thread. */
export declare class ApiKeys extends Handle {
  /**
   * `store` is a URL such as `sqlite:///access.db`. `key` hashes the secrets and must be the same every time; without,
   * the store draws one.
   */
  constructor(store: string, options?: { key?: Key | null });
  /** Makes a key. */
  issue(subject: string, options?: { scopes?: readonly string[]; expires?: number | null; now?: number }): Promise<IssuedKey>;
  /** The record of a key. Rejects with an `ApiKeyError` when it does not hold. */
  verify(secret: string, options?: { now?: number }): Promise<ApiKeyRecord>;
  /** A key that takes over from the one of this id, which holds for `grace` more seconds. */
  rotate(id: string, options?: { grace?: number; now?: number }): Promise<IssuedKey>;
  /** Whether one was in force. */
  revoke(id: string, options?: { now?: number }): Promise<boolean>;
  /** Revokes all keys that were made before this second. How many. */
  revokeAll(before: number, options?: { now?: number }): Promise<number>;
  /** The records of a subject's keys, or of all. */
  list(subject?: string | null): Promise<ApiKeyRecord[]>;
}
