import { Handle } from './handle.js';

/** Whether a role may do something, and why. */
export interface RoleDecision {
  allowed: boolean;
  reason: string;
  /** The role whose grant or denial decided; null where nothing was granted. */
  role: string | null;
  /** The resource pattern that decided. */
  pattern: string | null;
  /** The policies that decided, where policies in Cedar are asked in place of roles. */
  policies: string[];
  /** The policies that could not be evaluated and were left out, each with the reason. */
  errors: string[];
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

/** What is asked of policies. */
export interface PolicyQuestion {
  subject?: string | null;
  role?: string | null;
  /** Scopes of the key or token. */
  scopes?: string[];
  permission: string;
  /** Such as `voice/heart`. */
  resource: string;
  /** What else policies may ask about: network, purpose, seconds. */
  context?: { [name: string]: unknown } | null;
}

/**
 * Policies in Cedar (https://docs.cedarpolicy.com), for those who outgrow roles. What none permits is denied. The principal is
 * `User::"SUBJECT"` in `Role::"ROLE"`, the action `Action::"PERMISSION"`, the resource `voice/heart` is `Voice::"heart"`.
 * @throws {VoxguardError} `VG_ERR_FEATURE` where the library was built without Cedar, as the published one is.
 */
export declare class Cedar extends Handle {
  constructor(policies: string, options?: { schema?: string | null; entities?: object[] | null });
  check(question: PolicyQuestion): RoleDecision;
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
