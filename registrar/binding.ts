import type { BindingRecord, TrunkRecord } from '../bus/index.ts';

/**
 * `fresh`: registered, has not answered a probe yet. `alive`: has. `unprobeable`: never answers, so silence says
 * nothing. `unconfirmed`: restored, or its connection closed. `silent`: answered once and fell silent; not called, but
 * kept until it expires, since it may come back. `doubtful`: perhaps the same PBX before it moved, and the trunk is full
 * without it; not called until the probe under way has ended.
 */
export type Liveness = 'fresh' | 'alive' | 'unprobeable' | 'unconfirmed' | 'silent' | 'doubtful';

/** A binding as routing sees it. */
export interface LiveBinding extends BindingRecord {
  readonly liveness: Liveness;
  /** Round-trip time of the last answered probe (ms). */
  readonly rttMs: number | null;
}

/** The store's own, changeable form; indexes hold the same object. */
export interface Binding extends LiveBinding {
  contact: string;
  contactParams: string;
  instance: string | null;
  regId: number | null;
  q: number;
  callId: string;
  cseq: number;
  path: readonly string[];
  transport: string;
  sourceAddress: string;
  sourcePort: number;
  localAddress: string;
  localPort: number;
  flowId: string;
  userAgent: string;
  registeredAtMs: number;
  refreshedAtMs: number;
  expiresAtMs: number;
  liveness: Liveness;
  rttMs: number | null;
  /** Rises with every registration from a new flow or Call-ID: the newest is called first. */
  order: number;
  /** Probes in a row without an answer. */
  misses: number;
  isProbing: boolean;
  /** It was refreshed, and nobody outside knows yet. */
  hasUntoldTimes: boolean;
  /** The expiry that the outside knows. */
  toldExpiresAtMs: number;
  /** Set when it leaves the store; timers that still hold it let go. */
  isGone: boolean;
  /** The second at which the expiry and probe buckets hold it. */
  expirySecond: number;
  probeSecond: number;
  /** Its Contact line in the last answer, and the seconds that it told; 0 when the line is to be written anew. */
  toldSec: number;
  toldLine: string;
}

/** What is called: not silent, not in doubt, not gone, not expired. */
export function isLive(binding: Binding, nowMs: number): boolean {
  const { liveness } = binding;
  return !binding.isGone && liveness !== 'silent' && liveness !== 'doubtful' && binding.expiresAtMs > nowMs;
}

/** The part that travels in events and is persisted. */
export function toRecord(binding: Binding): BindingRecord {
  return {
    trunkId: binding.trunkId,
    accountId: binding.accountId,
    aor: binding.aor,
    contact: binding.contact,
    contactParams: binding.contactParams,
    instance: binding.instance,
    regId: binding.regId,
    q: binding.q,
    callId: binding.callId,
    cseq: binding.cseq,
    path: binding.path,
    transport: binding.transport,
    sourceAddress: binding.sourceAddress,
    sourcePort: binding.sourcePort,
    localAddress: binding.localAddress,
    localPort: binding.localPort,
    flowId: binding.flowId,
    userAgent: binding.userAgent,
    registeredAtMs: binding.registeredAtMs,
    refreshedAtMs: binding.refreshedAtMs,
    expiresAtMs: binding.expiresAtMs,
  };
}

/** A binding from its record, with nothing known about its life yet. */
export function fromRecord(record: BindingRecord, liveness: Liveness): Binding {
  return {
    ...record,
    liveness,
    rttMs: null,
    order: 0,
    misses: 0,
    isProbing: false,
    hasUntoldTimes: false,
    toldExpiresAtMs: record.expiresAtMs,
    isGone: false,
    expirySecond: 0,
    probeSecond: 0,
    toldSec: 0,
    toldLine: '',
  };
}

/** Stands for a trunk that did not register: reached at that URI, for ever. */
export function staticBinding(trunk: TrunkRecord, contact: string, nowMs: number): Binding {
  const record = {
    trunkId: trunk.id,
    accountId: trunk.accountId,
    aor: `sip:${trunk.username}@${trunk.realm}`,
    contact,
    contactParams: '',
    instance: null,
    regId: null,
    q: 1,
    callId: '',
    cseq: 0,
    path: [],
    transport: /;transport=(\w+)/i.exec(contact)?.[1]?.toLowerCase() ?? 'udp',
    sourceAddress: '',
    sourcePort: 0,
    localAddress: '',
    localPort: 0,
    flowId: '',
    userAgent: '',
    registeredAtMs: nowMs,
    refreshedAtMs: nowMs,
    expiresAtMs: 0,
  };
  return fromRecord(record, 'fresh');
}

/** UDP has no connection that could close. */
export function isConnection(transport: string): boolean {
  return transport !== 'udp';
}
