import type { CallRecord, TrunkRecord } from '../../bus/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import { type ImaginedCall, NOWHERE } from '../simulate/index.ts';

/** What a record keeps of how a call came: enough to let it come again. */
export interface RecordedCall {
  readonly uuid: string;
  readonly startedAtMs: number;
  /** `null` while it is up. */
  readonly endedAtMs: number | null;
  readonly from: string;
  /** As it was dialled. */
  readonly to: string;
  readonly source: string;
  readonly isPrivate: boolean;
  /** The trunk that called; `null`: a carrier did. */
  readonly trunkId: number | null;
  readonly carrierId: number | null;
  /** The refusal that we decided before anybody was called; `null`: it went on. */
  readonly refusal: string | null;
  readonly result: string | null;
  readonly reason: string | null;
}

/** Ends that say nothing of what was decided before. */
const LATER: ReadonlySet<string> = new Set(['cancelled', 'server_restart', 'no_answer', 'internal_error']);

/** Reads a call record; the trace has the numbers as they were sent. */
export function recordedCall(record: CallRecord): RecordedCall {
  const { uuid, startedAtMs, endedAtMs, direction, carrierId, trunkId, result, reason, trace } = record;
  const numbers = trace.find(({ step, decided }) => step === 'normalizeNumbers' && !/^\d{3} /.test(decided));
  const [dialled, caller] = numbers === undefined ? [] : splitNumbers(numbers.saw);
  const isCarrier = direction === 'in' && carrierId !== null;
  const wasTried = record.attempts.length > 0 || record.answeredAtMs !== null;
  return {
    uuid,
    startedAtMs,
    endedAtMs,
    from: caller ?? record.from,
    to: dialled ?? record.to,
    source: hostOf(record.aLeg.remote),
    isPrivate: trace.some(({ step, decided }) => step === 'applyCallerId' && decided === 'anonymous'),
    trunkId: isCarrier ? null : trunkId,
    carrierId: isCarrier ? carrierId : null,
    refusal: wasTried || reason === null || LATER.has(reason) ? null : reason,
    result,
    reason,
  };
}

/** The call as it would come to those tenants; `undefined` when the record does not say who called. */
export function comeAgain(directory: Directory, call: RecordedCall): ImaginedCall | undefined {
  const { from, to, source, isPrivate, trunkId, carrierId } = call;
  if (trunkId !== null) {
    const trunk = directory.findTrunk(trunkId);
    return { from, to, isPrivate, source: sourceOf(trunk, source), trunk, byDigest: trunk?.authType !== 'ip' };
  }
  if (carrierId === null) return undefined;
  const carrier = directory.findCarrier(carrierId);
  // Known by its certificate, or because we are registered there: its address never told who it was.
  const isByAddress = (carrier?.sources.length ?? 0) > 0 || directory.findCarrierBySource(source) !== undefined;
  return { from, to, isPrivate, source, carrier: isByAddress ? undefined : carrier };
}

/** A PBX that proves itself may call from anywhere; the address of a carrier would make it one. */
function sourceOf(trunk: TrunkRecord | undefined, source: string): string {
  return trunk?.authType === 'ip' ? source : NOWHERE;
}

/** `DIALLED from CALLER`, as the step writes it. */
function splitNumbers(saw: string): readonly [string, string] | readonly [] {
  const at = saw.lastIndexOf(' from ');
  if (at < 0) return [];
  const caller = saw.slice(at + 6);
  return [saw.slice(0, at), caller === 'nobody' ? '' : caller];
}

function hostOf(remote: string): string {
  return remote.slice(0, Math.max(0, remote.lastIndexOf(':')));
}
