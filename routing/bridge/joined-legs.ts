import { EmptiedMap } from '../emptied-map.ts';
import type { Leg, LegPair } from './leg-pair.ts';

/** A leg of a call that is up, and the other one through its pair. */
export interface JoinedLeg {
  readonly leg: Leg;
  readonly pair: LegPair;
}

/** What Replaces names (RFC 3891 section 6.1): a dialog, seen by who is to receive it. */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
}

/** The Replaces of a Refer-To URI (RFC 3891 section 4); `null` where there is one that cannot be read. */
export function readReplaces(uri: string): Replaces | null | undefined {
  const question = uri.indexOf('?');
  const fields = question < 0 ? [] : uri.slice(question + 1).split('&');
  const field = fields.find((one) => /^replaces=/i.test(one));
  if (field === undefined) return undefined;
  try {
    const [callId = '', ...params] = decodeURIComponent(field.slice(field.indexOf('=') + 1)).split(';');
    const tag = (name: string) => params.find((one) => one.trim().toLowerCase().startsWith(`${name}=`))?.trim();
    const [toTag, fromTag] = [tag('to-tag')?.slice(7), tag('from-tag')?.slice(9)];
    if (callId.trim() === '' || !toTag || !fromTag) return null;
    return { callId: callId.trim(), toTag, fromTag };
  } catch {
    return null;
  }
}

/** Legs that may be named by a transfer, by Call-ID. */
export class JoinedLegs {
  readonly #byCallId = new EmptiedMap<JoinedLeg>();

  /** Holds the leg until its call ends. */
  add(joined: JoinedLeg): void {
    if (joined.leg.call.isEnded) return;
    const { callId } = joined.leg.dialog.sip;
    this.#byCallId.set(callId, joined);
    joined.leg.call.onEnd(() => {
      // Another leg may have come in its place.
      if (this.#byCallId.get(callId) === joined) this.#byCallId.delete(callId);
    });
  }

  find({ callId, toTag, fromTag }: Replaces): JoinedLeg | undefined {
    const joined = this.#byCallId.get(callId);
    const sip = joined?.leg.dialog.sip;
    return sip?.localTag === toTag && sip.remoteTag === fromTag ? joined : undefined;
  }
}
