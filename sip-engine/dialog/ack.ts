import type { OutgoingMessage } from '../message/index.ts';
import type { ClientTransaction } from '../transaction/types.ts';
import type { Flow, Target } from '../transport/types.ts';
import { allowedTargets } from './allowed-targets.ts';
import type { AckState, Dialog } from './dialog.ts';
import type { DialogContext, NextHop } from './types.ts';

/** Sends a request that has no transaction on the way its dialog takes. */
function sendOnHop(
  ctx: DialogContext,
  message: OutgoingMessage,
  hop: NextHop,
  sent: (flow: Flow | undefined, bytes: Buffer) => void,
): void {
  const send = (flow: Flow): void => {
    sent(flow, ctx.transactions.sendStateless(message, flow));
  };
  if (hop.flow !== undefined) {
    send(hop.flow);
    return;
  }
  ctx.resolve(hop.uri ?? '', (result) => {
    const flow = firstFlow(ctx, result instanceof Error ? [] : allowedTargets(ctx, hop, result), hop);
    if (flow === undefined) sent(undefined, message.toBuffer());
    else send(flow);
  });
}

/**
 * What the ACK of a 2xx to that INVITE will need; the INVITE itself need not be kept for it. `transaction` is told of
 * the ACK, and sends it again from then on.
 */
export function ackFor(invite: OutgoingMessage, transaction?: ClientTransaction): AckState {
  const isProved = CREDENTIALS.some((name) => invite.has(name));
  const credentials = isProved
    ? CREDENTIALS.flatMap((name) => invite.headerLines(name).map((value) => [name, value] as const))
    : NONE;
  return { hadOffer: invite.body.length > 0, credentials, sent: undefined, invite: transaction };
}

const CREDENTIALS = ['Authorization', 'Proxy-Authorization'] as const;
const NONE: readonly [] = Object.freeze([]);

/**
 * RFC 3261 13.2.2.4: the ACK of a 2xx, with the INVITE's number and credentials. Its bytes are kept for
 * every repeated 2xx.
 */
export function sendAck(
  ctx: DialogContext,
  dialog: Dialog,
  seq: number,
  decorate: (ack: OutgoingMessage) => void,
  sent: (bytes: Buffer, flow: Flow | undefined) => void,
): void {
  const state = dialog.acks.get(seq);
  const { message, hop } = dialog.buildRequest('ACK', seq);
  for (const [name, value] of state?.credentials ?? NONE) message.add(name, value);
  decorate(message);
  sendOnHop(ctx, message, hop, (flow, bytes) => {
    if (state !== undefined && flow !== undefined) {
      state.sent = { bytes, flow };
      state.invite?.settle({ ack: bytes, flow, takesForks: ctx.takesForks });
      state.invite = undefined;
    }
    sent(bytes, flow);
  });
}

/** A 2xx that has come before: its ACK is sent again, or it is swallowed while there is none yet. */
export function resendAck(ack: AckState | undefined): void {
  const sent = ack?.sent;
  sent?.flow.send(sent.bytes);
}

function firstFlow(ctx: DialogContext, targets: readonly Target[], hop: NextHop): Flow | undefined {
  for (const target of targets) {
    const via = hop.via;
    const fits = via?.transport === target.transport && via.host.includes(':') === target.address.includes(':');
    try {
      return ctx.transport.flowTo(target, fits ? via : undefined);
    } catch (error) {
      ctx.logger.debug({ target, error }, 'no flow to a target');
    }
  }
  return undefined;
}
