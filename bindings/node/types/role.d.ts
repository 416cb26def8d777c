import { Handle } from './handle.js';

/** Whether a role may do something, and why. */
export interface RoleDecision {
  allowed: boolean;
  reason: string;
  /** The role whose grant or denial decided; null where nothing was granted. */
  role: string | null;
  /** The resource pattern that decided. */
  pattern: string | null;
}

/** What is asked of roles: `resource` is a path such as `voice/heart`. */
export interface RoleQuestion {
  role: string;
  permission: string;
  resource: string;
}

/** Who may do what with which voice or model. What nobody granted is denied. */
export declare class Roles extends Handle {
  /** Roles of a document, or of the same as JSON text; without, `guest`, `user` and `admin`. */
  constructor(document?: object | string | null);
  /** `guest`, `user` and `admin`. */
  static preset(): Roles;
  check(question: RoleQuestion): RoleDecision;
}

/** Whether a command may be carried out. */
export interface CommandDecision {
  allowed: boolean;
  /** Why not, as a stable name such as `unknown_command`. */
  code: string | null;
  reason: string;
  /** The argument that it is about. */
  argument: string | null;
}

/** Commands that a voice may give: a list with typed arguments. It decides; it runs and changes nothing. */
export declare class Commands extends Handle {
  /** Such as `{ echo: { message: { type: 'string', max_length: 100 } } }`, or the same as JSON text. */
  constructor(rules: object | string);
  check(name: string, args?: object | string): CommandDecision;
}
