import { VoxguardError } from './error.js';
import { Handle } from './handle.js';

export type TokenAlgorithm = 'HS256' | 'ES256' | 'EdDSA';

/** What tokens are like. */
export interface TokenOptions {
  issuer: string;
  audience: string;
  /** Default `'JWT'`. */
  typ?: string;
  /** Seconds by which clocks may differ, up to 300. Default 0. */
  leeway?: number;
  /** Seconds that they last. Default 900. */
  ttl?: number;
  /** The key's id. */
  keyId?: string;
  /** The key is a public one, which only verifies. */
  public?: boolean;
  /** A token that was used is refused. */
  singleUse?: boolean;
}

/** What a verified token says of its holder. */
export interface Claims {
  id: string;
  subject: string;
  role: string | null;
  scopes: string[];
  /** Seconds since 1970. */
  issued: number;
  /** Seconds since 1970. */
  expires: number;
}

/** A token that is not to be believed. */
export declare class TokenError extends VoxguardError {
  constructor(message: string, reason: string);
  /** A stable name such as `expired`, `signature` or `replayed`. */
  readonly reason: string;
}

/** JSON Web Tokens, issued and verified. The algorithm belongs to the key. */
export declare class Tokens extends Handle {
  private constructor();
  /** HMAC with a secret of 32 to 1024 bytes. */
  static hs256(secret: Uint8Array, options: TokenOptions): Tokens;
  /** ECDSA over P-256: a private key of 32 bytes, or with `public` a point in SEC1 form. */
  static es256(key: Uint8Array, options: TokenOptions): Tokens;
  /** Ed25519: a private or, with `public`, a public key of 32 bytes. */
  static eddsa(key: Uint8Array, options: TokenOptions): Tokens;
  /** Adds a key that verifies, under an id. */
  addKey(algorithm: TokenAlgorithm, key: Uint8Array, options: { id: string; public?: boolean }): void;
  /** Signs with the key of this id from now on; tokens of the others go on being accepted. */
  signWith(id: string): void;
  /** Takes a key away; the last stays. Whether one went. */
  removeKey(id: string): boolean;
  /** A signed token. `now` is in seconds since 1970; without, the clock's. */
  issue(subject: string, options?: { role?: string | null; scopes?: readonly string[]; now?: number; ttl?: number }): string;
  /** What a token says. @throws {TokenError} when it is not to be believed */
  verify(token: string, options?: { now?: number }): Claims;
  /** Refuses all tokens that were issued before this second. */
  revokeAll(before: number): void;
}
