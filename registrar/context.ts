import type { DigestCredentials, InboundRequest, UriParts } from '../auth/index.ts';
import type { RealmRecord, TrunkRecord } from '../bus/index.ts';
import type { LazilyTraced, Reason, TraceLine } from '../telemetry/index.ts';
import type { Binding } from './binding.ts';
import type { Bindings } from './bindings.ts';
import type { DateLine } from './date-line.ts';
import type { RegistrarOptions } from './options.ts';
import type { ContactList } from './parse-contacts.ts';
import type { RecentAnswers } from './recent-answers.ts';

/** What the steps of one REGISTER hand on to each other. */
export interface RegisterContext extends LazilyTraced {
  readonly options: RegistrarOptions;
  readonly bindings: Bindings;
  readonly recent: RecentAnswers;
  readonly dateLine: DateLine;
  readonly request: InboundRequest;
  readonly nowMs: number;
  readonly trace: TraceLine[];
  /** The realm of the Request-URI; its host as sent until it is resolved. */
  warnRealm: string;
  realm: RealmRecord | undefined;
  to: UriParts | undefined;
  /** The user name that was tried. */
  username: string;
  /** The trunk that the user name means, authenticated or not. */
  trunk: TrunkRecord | undefined;
  /** Set once the digest was right. */
  credentials: DigestCredentials | undefined;
  /** Which password it was made with; set once the identity may go on. */
  password: 'current' | 'previous' | undefined;
  contacts: ContactList;
  /** The binding of a trunk that has exactly one, before this REGISTER; and after it, when only its times have changed. */
  held: Binding | undefined;
  renewed: Binding | undefined;
  /** Answer lines and reason of success. */
  lines: readonly string[];
  reason: Reason;
}

const FETCH: ContactList = Object.freeze({ kind: 'fetch' });

/** An empty context for that request. */
export function openContext(
  options: RegistrarOptions,
  bindings: Bindings,
  recent: RecentAnswers,
  dateLine: DateLine,
  request: InboundRequest,
): RegisterContext {
  return {
    options,
    bindings,
    recent,
    dateLine,
    request,
    nowMs: options.nowMs(),
    trace: [],
    refusedAt: -1,
    warnRealm: '',
    realm: undefined,
    to: undefined,
    username: '',
    trunk: undefined,
    credentials: undefined,
    password: undefined,
    contacts: FETCH,
    held: undefined,
    renewed: undefined,
    lines: [],
    reason: 'registered',
  };
}

/** What a step before it has set; its absence is a fault of the step order. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`the step that sets ${name} has not run`);
  return value;
}
