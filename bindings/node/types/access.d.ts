import type { AudioFormat } from './audio.js';
import { Handle } from './handle.js';
import type { Limit } from './limiter.js';
import type { Alert, Snapshot } from './monitor.js';
import type { CommandDecision, PolicyQuestion, RoleDecision, RoleQuestion } from './role.js';
import type { Claims, TokenAlgorithm, TokenOptions, Tokens } from './token.js';

/** What to do with a request, and what to tell whoever sent it. */
export interface Answer {
  allowed: boolean;
  /** Why not, as a stable name such as `rate_limit`. */
  reason: string | null;
  /** One plain sentence. */
  message: string;
  httpStatus: number;
  /** What to close a WebSocket with. */
  closeCode: number;
  /** Seconds after which it is worth trying again. */
  retryAfter: number | null;
  /** The client's address, as far as trusted proxies tell; of `checkRequest` alone. */
  client: string | null;
}

/** Where a request comes from. Leave out what there is not. */
export interface RequestSource {
  /** The header `Origin`. */
  origin?: string | null;
  /** The address of the connection. */
  peer?: string | null;
  /** The header `X-Forwarded-For`. */
  forwardedFor?: string | null;
  /** The session's id. */
  session?: string | null;
  /** The client program's id. */
  client?: string | null;
}

/** What was found out about audio that came in. */
export interface AudioReport {
  accepted: boolean;
  /** By its first bytes. */
  container: string | null;
  rate: number | null;
  channels: number | null;
  /** Of the samples that are really there. */
  seconds: number | null;
  quality: { [measure: string]: unknown } | null;
  findings: { code: string; refuses: boolean; message: string }[];
}

/** All that decides who may speak and how much, from one configuration. A guard has one. */
export declare class Access extends Handle {
  /** An object, JSON text or the name of a profile; without, the default. */
  constructor(config?: object | string | null);
  /** Takes over another configuration at once; one that cannot be used changes nothing. What is owed stays owed. */
  reload(config: object | string): void;
  /** Judges where a request comes from. */
  checkRequest(source: RequestSource): Answer;
  /** Judges a message of a WebSocket: text is a string, binary is bytes. */
  checkMessage(data: string | Uint8Array): Answer;
  /** Counts one request of a kind with a limit of its own (`rate.kinds`). */
  checkRate(kind: string, key: string, options?: { now?: number }): Limit;
  /** Judges an upload on another thread: length, container, header, samples. A string is base64. */
  checkAudio(data: Uint8Array | string, options?: { base64?: boolean }): Promise<AudioReport>;
  /** The same for samples that were decoded elsewhere. */
  checkSamples(samples: Float32Array, format: AudioFormat): Promise<AudioReport>;
  /** Whether somebody may do something: by the policies of this configuration (`cedar`), else by its roles. */
  check(question: PolicyQuestion): RoleDecision;
  /** Whether a role of this configuration may do something. */
  checkRole(question: RoleQuestion): RoleDecision;
  /** Whether a voice may give a command of this configuration. Refusals count as `suspicious_command` of `source`. */
  checkCommand(name: string, args?: object | string, options?: { source?: string; now?: number }): CommandDecision;
  /** Tokens of this configuration: what the options leave out of `ttl`, `leeway` and `singleUse`, it says. */
  tokens(algorithm: TokenAlgorithm, key: Uint8Array, options: TokenOptions): Tokens;
  /**
   * What a token says. One that was issued before the moment of `revokeAll` is refused; refusals count as `auth_failure`
   * of `source`. @throws {TokenError}
   */
  verifyToken(tokens: Tokens, token: string, options?: { source?: string; now?: number }): Claims;
  /** Refuses, in `verifyToken`, all tokens that were issued before this second. */
  revokeAll(before: number): void;
  /**
   * Tells a function of each alert when it is raised, within the call that raises it or, where that works on another thread, from
   * the event loop; null: nobody any more. It may use this access. What it throws becomes a warning of the process.
   */
  onAlert(told: ((alert: Alert) => unknown) | null): void;
  /** Counts an event; the alerts that it raises. */
  record(event: string, options?: { source?: string; now?: number }): Alert[];
  /** Takes the alerts that refusals have raised since the last call. */
  alerts(): Alert[];
  /** Denies everything until `lift`. What is under way goes on. */
  panic(reason: string): void;
  /** Ends the panic. Whether there was one. */
  lift(): boolean;
  /** All counters, and what is in flight. */
  snapshot(): Snapshot & { in_flight: { seconds: number; utterances: number } };
  /** All counters in Prometheus' text format. */
  prometheus(): string;
}

/** Configuration: what is in force, and why. */
export declare const config: {
  /** All settings of a configuration (an object, JSON text) or of a profile: their values, who set each, what for. */
  explain(config?: object | string | null): { config: any; settings: { [path: string]: { value: unknown; from: string; why: string } } };
  /** The JSON Schema (2020-12) of configurations. */
  schema(): { [keyword: string]: unknown };
};
