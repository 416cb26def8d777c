import { Handle } from './handle.js';

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
