import { Handle } from './handle.js';

/** How a password becomes a key: Argon2id, or PBKDF2 where FIPS 140 is asked for. */
export type Kdf = 'argon2id' | 'pbkdf2';

/** A key that seals. Printed, inspected or made JSON it shows its id and nothing more. */
export declare class SealKey extends Handle {
  private constructor();
  /** A new key, from the operating system's randomness. */
  static generate(): SealKey;
  /** A key of 32 bytes: from a callback of yours, a key service, a hardware module. */
  static fromBytes(bytes: Uint8Array): SealKey;
  /** The key in a file that its owner alone may read; with `create` one is made where there is none. */
  static fromFile(path: string, options?: { create?: boolean }): SealKey;
  /** The key in an environment variable, 64 hexadecimal digits. */
  static fromEnv(name: string): SealKey;
  /** The key under a password, and whether it was wrapped at less than today's cost: then wrap it anew. */
  static unwrap(wrapped: string, password: string | Uint8Array, options?: { kdf?: Kdf }): Promise<{ key: SealKey; outdated: boolean }>;
  /** The key under a password, as one line that can be stored. */
  wrap(password: string | Uint8Array, options?: { kdf?: Kdf }): Promise<string>;
  /** The secret itself: handle with care. */
  toBytes(): Buffer;
  /** The public name, 16 hexadecimal digits. */
  readonly id: string;
  /** `{ id }`: the secret is not in it. */
  toJSON(): { id: string };
}

/** What sealed data is bound to: whose it is, of which kind. The same must be given to open it. */
export interface Bound {
  aad?: Uint8Array;
}

/** Seals with one key, and opens with that and retired ones. */
export declare class Sealer extends Handle {
  constructor(key: SealKey, options?: { retired?: readonly SealKey[] });
  seal(data: Uint8Array, options?: Bound): Buffer;
  /** @throws {VoxguardError} VG_ERR_SEAL when it was changed or bound to something else */
  open(sealed: Uint8Array, options?: Bound): Buffer;
  /** Seals audio in chunks, each of which opens on its own. */
  sealAudio(data: Uint8Array, options?: Bound & { chunkBytes?: number }): Buffer;
  /** The whole audio; a chunk that was cut, moved, repeated or taken from elsewhere is noticed. */
  openAudio(sealed: Uint8Array, options?: Bound): Buffer;
  /** One chunk of sealed audio, by its index from 0. */
  openAudioChunk(sealed: Uint8Array, index: number, options?: Bound): Buffer;
  /** Begins to seal audio that comes in pieces. */
  stream(options?: Bound & { chunkBytes?: number }): SealStream;
}

/** Audio that is sealed while it comes: `header`, and then what each `push` and `finish` give, is what `openAudio` opens. */
export declare class SealStream extends Handle {
  private constructor();
  readonly header: Buffer;
  /** What is sealed by now, perhaps nothing. */
  push(data: Uint8Array): Buffer;
  /** The last chunk; without it the stream is incomplete. */
  finish(): Buffer;
}

/** What a Fernet token of an older system holds, to be sealed anew. */
export declare function fernetOpen(key: string, token: string): Buffer;
