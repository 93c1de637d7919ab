import type { CallLane, LaneDialog, LaneReceivedResponse, LaneSentRequest } from '../../sip-engine/index.ts';

export interface PlacedCall {
  readonly uri: string;
  /** Where it is sent to, a SIP URI. */
  readonly proxy: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sdp: string;
  /** An answered call is hung up after this (ms). */
  readonly talkMs: number;
  /** The caller gives up after this (ms). */
  readonly patienceMs: number;
}

export interface CallEnd {
  /** The final status; 408 when nothing came back. */
  readonly status: number;
  readonly phrase: string;
  readonly callId: string;
  /** The refusal, where there was one. */
  readonly refusal: LaneReceivedResponse | undefined;
}

/** Places a call and stays with it to its end. */
export async function placeCall(calls: CallLane, call: PlacedCall): Promise<CallEnd> {
  const { uri, proxy, headers, sdp: localSdp, talkMs, patienceMs } = call;
  let callId = '';
  let sent: LaneSentRequest | undefined;
  const patience = setTimeout(() => sent?.cancel({}), patienceMs);
  try {
    const dialog = (await calls.createUAC(
      { uri, proxy, headers, localSdp },
      {
        cbRequest: (_error, request) => {
          sent = request;
          callId = request?.get('call-id') ?? '';
        },
        cbProvisional: () => undefined,
      },
    )) as LaneDialog;
    clearTimeout(patience);
    await talk(dialog, talkMs);
    return { status: 200, phrase: dialog.res.reason, callId, refusal: undefined };
  } catch (error) {
    const { res } = error as { readonly res?: LaneReceivedResponse };
    return { status: res?.status ?? 408, phrase: res?.reason ?? 'Request Timeout', callId, refusal: res };
  } finally {
    clearTimeout(patience);
  }
}

/** Until it has lasted so long, or the other side hangs up. */
async function talk(dialog: LaneDialog, talkMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, talkMs);
    dialog.on('destroy', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  if (!dialog.connected) return;
  await new Promise<void>((resolve) => dialog.destroy({}, () => resolve()));
}
