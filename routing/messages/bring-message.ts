import type { DidRecord, PbxMessage, PbxMessageResult, TrunkRecord } from '../../bus/index.ts';
import type { CallContext, LegTarget, RouteOption } from '../call-context.ts';
import { escapeUser } from '../sip-uri.ts';
import { didOptions } from '../target/did-options.ts';
import type { MessageOrder, SendMessage } from './message-port.ts';

type PbxOption = RouteOption & { readonly trunk: TrunkRecord };

/** RFC 3261 21.5: another contact, or the same one later, may well do better. */
const FINAL_5XX: ReadonlySet<number> = new Set([501, 505, 513]);

/**
 * Sends the message to where calls for its number ring, as far as those are PBXes, one after the other, the newest
 * registration first, until one takes it or refuses it for good.
 */
export async function bringMessage(
  context: CallContext,
  message: PbxMessage,
  send: SendMessage,
): Promise<PbxMessageResult> {
  const did = context.directory.findDid(message.to);
  context.calledNumber = message.to;
  context.did = did;
  if (did === undefined) return { kind: 'no_pbx' };
  const resolved = didOptions(context, did);
  const options = 'rejection' in resolved ? [] : resolved.options.filter(isPbx);
  if (options.length === 0) {
    const trunkId = context.unreachable?.id ?? routedTrunk(context, did);
    return trunkId === undefined ? { kind: 'no_pbx' } : { kind: 'offline', trunkId };
  }
  let result: PbxMessageResult = { kind: 'no_pbx' };
  for (const { trunk, legs } of options) {
    for (const leg of legs) {
      const status = await sent(send, orderOf(message, trunk, leg));
      const trunkId = trunk.id;
      if (status === undefined) {
        result = result.kind === 'answered' ? result : { kind: 'silent', trunkId };
        continue;
      }
      result = { kind: 'answered', trunkId, status };
      if (!mayDoBetter(status)) return result;
    }
  }
  return result;
}

/** Whether the same message is worth another try after this answer. */
function mayDoBetter(status: number): boolean {
  return status === 408 || status === 480 || (status >= 500 && status < 600 && !FINAL_5XX.has(status));
}

/** The PBX that a call would have rung, had it not gone elsewhere instead (F-116). */
function routedTrunk({ directory }: CallContext, did: DidRecord): number | undefined {
  const destination = directory.resolveDestination(did)?.destination;
  if (destination?.kind === 'trunk_group') return directory.findGroup(destination.groupId)?.members[0]?.trunkId;
  return destination?.kind === 'trunk' || destination?.kind === 'extension' ? destination.trunkId : undefined;
}

function isPbx(option: RouteOption): option is PbxOption {
  return option.trunk !== undefined && option.carrier === undefined;
}

function sent(send: SendMessage, order: MessageOrder): Promise<number | undefined> {
  return new Promise((resolve) => send(order, resolve));
}

/** RFC 3428 section 4: no Contact. One Call-ID for all attempts, so that a PBX knows what it has had before. */
function orderOf({ uuid, attempt, from, to, body }: PbxMessage, { realm }: TrunkRecord, leg: LegTarget): MessageOrder {
  return {
    uri: leg.uri,
    proxy: leg.proxy,
    headers: [
      ['From', `<sip:${escapeUser(from)}@${realm}>`],
      ['To', `<sip:${escapeUser(to)}@${realm}>`],
      ['Call-ID', `${uuid}@${realm}`],
      ['CSeq', `${attempt} MESSAGE`],
      ...(leg.routes ?? []).map((route) => ['Route', route] as const),
      ['Content-Type', 'text/plain;charset=UTF-8'],
    ],
    body,
  };
}
