import { Handle } from './handle.js';

/** What a limiter says. */
export interface Limit {
  allowed: boolean;
  /** Seconds until it would be allowed: 0 when it is, infinite when the cost is above the burst. */
  retryAfter: number;
  /** Requests that may still come at once. */
  remaining: number;
}

/** How often a key may ask: a burst, then a steady rate (GCRA), in memory of a fixed size. */
export declare class RateLimiter extends Handle {
  /** `maxKeys` keys are remembered, 16 bytes each; 65536 unless said otherwise. */
  constructor(options: { perMinute: number; burst: number; maxKeys?: number });
  /** Decides about one request. `now` is in seconds of a clock that does not go back; without, that of the process. */
  check(key: string, options?: { now?: number; cost?: number }): Limit;
  /** The key has its whole burst again. */
  forget(key: string): void;
  /** The Lua script by which many machines share limits in Redis or Valkey: see docs/SECURITY-MODEL.md. */
  static readonly SCRIPT: string;
}
