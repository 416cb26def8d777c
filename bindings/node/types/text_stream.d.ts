import { Transform } from 'node:stream';
import type { TransformStream } from 'node:stream/web';
import { Handle } from './handle.js';
import type { Hit, Markup, Policy } from './policy.js';

/** A hit of a stream: places in the whole text, in characters and in bytes. */
export type StreamHit = Omit<Hit, 'start' | 'end'>;

/** What a piece of text releases. */
export interface Released {
  /** To be spoken now, after everything before; masked where a rule asks for it. */
  text: string;
  /** A rule forbids to go on: the stream is over. */
  blocked: boolean;
  /** The hits that were decided. */
  hits: StreamHit[];
}

/** A text that arrives in pieces; made by `policy.stream()`. What it gives is what a check of the whole text would give. */
export declare class TextStream extends Handle {
  private constructor();
  /** Takes the next piece, of any length. */
  push(delta: string): Released;
  /** Says that the text is complete. */
  finish(): Released;
}

export interface TextStreamOptions {
  markup?: Markup;
  consents?: readonly string[];
  /** Called with the hits when a rule ends the stream. */
  onBlocked?: (hits: StreamHit[]) => void;
}

/** A stream of Node: strings go in, the text that may be spoken comes out. */
export declare class TextTransform extends Transform {
  constructor(policy: Policy, options?: TextStreamOptions);
}

/** The same as a web stream. */
export declare function textTransformStream(policy: Policy, options?: TextStreamOptions): TransformStream<string, string>;
