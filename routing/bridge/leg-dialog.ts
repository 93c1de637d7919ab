import type { LegDialog } from '../../bus/index.ts';
import type { LegTarget } from '../call-context.ts';
import { parseNameAddr, uriHost } from '../sip-uri.ts';
import type { ReceivedResponse, SrfDialog, SrfMessage, SrfRequest } from '../srf-adapter.ts';

/** What of the caller's leg has to survive a crash; ours is the side that was called (RFC 3261 12.1.1). */
export function callerDialog(req: SrfRequest, uas: SrfDialog, trunkId: number | undefined): LegDialog {
  return {
    local: `${req.get('to') ?? ''};tag=${uas.sip.localTag}`,
    remote: req.get('from') ?? '',
    cseq: 1,
    target: contactOf(req),
    routes: recordedRoutes(req),
    hops: hopsOf(req, req.sessionToken ?? '', undefined),
    trunkId: trunkId ?? null,
  };
}

/** The same of the called side's leg, where we are the caller (RFC 3261 12.1.2). */
export function calleeDialog(answer: ReceivedResponse, leg: LegTarget, trunkId: number | undefined): LegDialog {
  return {
    local: answer.get('from') ?? '',
    remote: answer.get('to') ?? '',
    cseq: Number.parseInt(answer.get('cseq') ?? '', 10) || 1,
    target: contactOf(answer),
    routes: recordedRoutes(answer).toReversed(),
    hops: hopsOf(answer, '', leg.proxy),
    trunkId: trunkId ?? null,
  };
}

/** The leg after a request of its peer, which may have a new Contact and a new address; `undefined`: all is as before. */
export function refreshedDialog(dialog: LegDialog, req: SrfRequest): LegDialog | undefined {
  const isRefresh = req.method === 'INVITE' || req.method === 'UPDATE';
  const target = (isRefresh ? contactOf(req) : '') || dialog.target;
  const [hop] = hopsOf(req, req.sessionToken ?? '', undefined);
  if (target === dialog.target && (hop === undefined || dialog.hops.includes(hop))) return undefined;
  return { ...dialog, target, hops: hop === undefined ? dialog.hops : [hop, ...dialog.hops].slice(0, 3) };
}

function contactOf(message: SrfMessage): string {
  return parseNameAddr(message.get('contact') ?? '')?.uri ?? '';
}

/** In the order of the message; srf joins the lines by commas. */
function recordedRoutes(message: SrfMessage): readonly string[] {
  const routes = message.get('record-route');
  return routes?.match(/<[^>]+>[^,]*/g)?.map((route) => route.trim()) ?? [];
}

/** The way that was taken, and the address that the peer was heard from. */
function hopsOf(
  from: Pick<ReceivedResponse, 'source_address' | 'source_port' | 'protocol'>,
  flowId: string,
  proxy: string | undefined,
): readonly string[] {
  if (from.source_address === '' || from.source_address === undefined) return proxy === undefined ? [] : [proxy];
  const address = `sip:${uriHost(from.source_address)}:${from.source_port};transport=${from.protocol || 'udp'}`;
  const heard = flowId === '' ? address : `${address};flow=${encodeURIComponent(flowId)}`;
  return proxy === undefined ? [heard] : [proxy, heard];
}
