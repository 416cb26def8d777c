import { Handle } from './handle.js';
import type { TextStream } from './text_stream.js';

/** How a text is read: `auto` takes what begins like SSML as SSML. */
export type Markup = 'auto' | 'plain' | 'ssml';

/** What a rule, or the whole of them, asks for. */
export type Action = 'allow' | 'warn' | 'mask' | 'block';

/** How grave a hit is. */
export type Severity = 'info' | 'warning' | 'error' | 'critical';

/** One place where a text meets a rule. */
export interface Hit {
  /** The rule's id. */
  rule: string;
  /** The rule's category. */
  category: string;
  /** The reading of the text in which the rule was met, such as `plain` or `folded`. */
  view: string;
  severity: Severity;
  action: Action;
  /** In UTF-16 code units: `text.slice(hit.start, hit.end)` is what was hit. */
  start: number;
  /** In UTF-16 code units, exclusive. */
  end: number;
  /** In characters (Unicode scalar values), as the other languages count. */
  startChar: number;
  /** In characters (Unicode scalar values), exclusive. */
  endChar: number;
  /** In bytes of UTF-8. */
  startByte: number;
  /** In bytes of UTF-8, exclusive. */
  endByte: number;
}

/** What a policy says of a text. A refusal is a verdict, not an error. */
export interface Verdict {
  /** The gravest action of all hits. */
  action: Action;
  /** Whether the text may be spoken. */
  allowed: boolean;
  /** The text to speak; empty when it may not be. */
  text: string;
  /** Why, in words that may be shown to anyone: categories, and no pattern. */
  reason: string;
  /** How the text was read. */
  markup: 'plain' | 'ssml';
  hits: Hit[];
}

/** Rules that say which texts may be spoken. */
export declare class Policy extends Handle {
  /**
   * The rules as an object, or the same as JSON text.
   * @throws {VoxguardError} VG_ERR_POLICY: which rule, and what is wrong with it
   */
  constructor(rules: object | string, options?: ClassifierOptions);
  /** The rules in a file of JSON, in UTF-8. */
  static fromFile(path: string | URL, options?: ClassifierOptions): Policy;
  /**
   * Judges a text. A refusal is a verdict, not an error.
   * @throws {VoxguardError} VG_ERR_TEXT for more than 1 MiB, or for markup that is broken or forbidden
   */
  check(text: string, options?: { markup?: Markup; consents?: readonly string[] }): Verdict;
  /** The verdict of `check`, found on another thread: there a classifier may take its time, and answer with a promise. */
  judge(text: string, options?: { markup?: Markup; consents?: readonly string[] }): Promise<Verdict>;
  /** Why a text is judged as it is: for your own eyes, since it quotes rules and text. */
  explain(text: string, options?: { markup?: Markup }): Record<string, unknown> & { spoken: string };
  /** A text that arrives in pieces, as a language model writes it. */
  stream(options?: { markup?: Markup; consents?: readonly string[] }): TextStream;
  /** The policy of a signed pack, if one of the trusted public keys (32 bytes each) signed it. */
  static fromPack(pack: string, keys: readonly Uint8Array[]): Policy;
  /** SHA-256 of the rules, 64 hexadecimal digits. */
  readonly hash: string;
}

/** What a classifier found. Places are in the spoken text, in UTF-16 code units. */
export interface Finding {
  rule: string;
  category: string;
  severity?: Severity;
  action?: Action;
  start?: number;
  end?: number;
}

/**
 * A classifier of your own. It is asked about every spoken text: by `check`, `guard.utterance` and the `finish` of a stream on this
 * thread, where it must return at once and a promise is a failure; by `judge` and `guard.utteranceAsync` from another, which wait for
 * a promise. What it throws is a failure too, and a warning of the process.
 */
export interface ClassifierOptions {
  classifier?: ((spoken: string) => Finding[] | Promise<Finding[]>) | null;
  /** Milliseconds that an answer may take; an answer that comes later does not count. Default 0, no limit. */
  classifierBudgetMs?: number;
  /** What a failure or a late answer does: refuse the text, or let it pass with a warning. Default `'block'`. */
  classifierFailure?: 'block' | 'warn';
}

/** Advice about rules that load but do not do what they seem to. */
export declare function lintRules(rules: object | string): { rule: string; field: string; code: string; message: string }[];

/** The small rules to begin with in a language: `de`, `en`, `es`, `fr` or `pt`. */
export declare function starterRules(language: string): object;

/** Rules made of a word list, one word or phrase a line: lines that begin with `#` are comments. Severity: default `'error'`. */
export declare function rulesFromWords(
  words: string,
  options: { id: string; category: string; severity?: Severity; language?: string | null },
): object;
/** The public key of a secret one, 32 bytes each: hosts that load a pack name it. */
export declare function publicSigningKey(secret: Uint8Array): Uint8Array;
/** A signed pack. The secret is the 32 bytes of an Ed25519 key. */
export declare function signRules(rules: object | string, secret: Uint8Array): string;
