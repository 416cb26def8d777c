import { Handle } from './handle.js';

/** Too many of one event from one source. */
export interface Alert {
  event: string;
  source: string;
  /** How many times within the window. */
  count: number;
  /** What that was too many for. */
  threshold: { count: number; seconds: number };
  /** In seconds of the caller's clock. */
  time: number;
}

/** Counters as they stand. */
export interface Snapshot {
  events: { [event: string]: number };
  alerts: { [event: string]: number };
  [more: string]: unknown;
}

/** Counts events, watches windows, raises alerts. Sending them is yours. */
export declare class Monitor extends Handle {
  /** `onAlert` is called with each alert before `record` returns it. */
  constructor(options?: { rules?: object | string | null; onAlert?: ((alert: Alert) => unknown) | null });
  /** Counts an event. `now` is in seconds; without, the clock's. */
  record(event: string, options?: { source?: string; now?: number }): Alert[];
  snapshot(): Snapshot;
  /** All counters in Prometheus' text format. */
  prometheus(): string;
  /** Sets the switch that denies everything. */
  panic(reason: string): void;
  /** Lifts it. Whether it was set. */
  lift(): boolean;
  readonly panicking: boolean;
}
