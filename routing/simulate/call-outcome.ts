import { type Reason, type Rejection, type Result, reasonEntry, type TraceLine } from '../../telemetry/index.ts';
import { inviteHeaders } from '../bridge/header-policy.ts';
import type { CallContext, CallDirection, RouteOption } from '../call-context.ts';
import { parseNameAddr, parseUri } from '../sip-uri.ts';

/** Where a call would be tried, and how it would be shown there. */
export interface CallPlace {
  readonly kind: 'trunk' | 'carrier' | 'uri';
  /** Of the trunk or carrier; `null` for a URI. */
  readonly id: number | null;
  /** Owner of the trunk; `null` otherwise. */
  readonly accountId: number | null;
  readonly uuid: string | null;
  /** Name of the trunk or carrier, or the URI. */
  readonly name: string;
  /** User part of From: a number, `anonymous`, a user name. */
  readonly callerId: string;
  /** User part of To, or the whole URI where it names none. */
  readonly called: string;
  /** Where its targets are reached: registered Contacts, `host:port` of an IP trunk or gateway, the URI. */
  readonly targets: readonly string[];
}

/** What would become of a call: everything that is decided before somebody answers. */
export interface CallOutcome {
  readonly result: Result;
  readonly reason: Reason;
  /** 200 when it would ring. */
  readonly status: number;
  readonly sentence: string;
  readonly remedy: string;
  readonly direction: CallDirection;
  readonly isEmergency: boolean;
  /** In the order they are tried; none for a refused call. */
  readonly places: readonly CallPlace[];
  readonly steps: readonly TraceLine[];
}

/** What the steps have come to. */
export function outcomeOf(context: CallContext, rejection: Rejection | undefined): CallOutcome {
  const { direction, isEmergency, trace: steps } = context;
  if (rejection !== undefined) {
    const { result, sentence, remedy } = reasonEntry(rejection.reason);
    const own = rejection.sentence === undefined ? sentence : `${sentence} ${rejection.sentence}`;
    const { reason, status } = rejection;
    return { result, reason, status, sentence: own, remedy, direction, isEmergency, places: [], steps };
  }
  const places = context.options.slice(context.admitted).map((option) => placeOf(context, option));
  const targets = places.flatMap((place) => place.targets);
  const sentence = `The call would go to ${targets.join(', then ')}.`;
  return {
    result: 'ok',
    reason: 'answered',
    status: 200,
    sentence,
    remedy: '',
    direction,
    isEmergency,
    places,
    steps,
  };
}

function placeOf(context: CallContext, option: RouteOption): CallPlace {
  const { trunk, carrier, legs } = option;
  const [leg] = legs;
  const headers = leg === undefined ? {} : inviteHeaders(context, option, leg);
  const shown = {
    callerId: userOf(headers.From),
    called: userOf(headers.To) || (leg?.uri ?? ''),
    targets: legs.map(({ label }) => label),
  };
  if (trunk !== undefined) {
    const { id, accountId, uuid, name } = trunk;
    return { kind: 'trunk', id, accountId, uuid, name, ...shown };
  }
  const none = { accountId: null, uuid: null };
  if (carrier !== undefined) return { kind: 'carrier', id: carrier.id, ...none, name: carrier.name, ...shown };
  return { kind: 'uri', id: null, ...none, name: leg?.uri ?? '', ...shown };
}

function userOf(header: string | undefined): string {
  return parseUri(parseNameAddr(header ?? '')?.uri ?? '')?.user ?? '';
}
