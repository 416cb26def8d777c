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
