import type { Incoming } from '../dialog/index.ts';
import { OutgoingMessage, type SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { AppClient } from './app-client.ts';
import { deliveredBytes } from './delivered.ts';
import { type Hub, metaOf, newId } from './hub.ts';
import { type ReceivedOn, sipLine } from './lead-line.ts';
import type { OwnAnswer } from './unserved.ts';

/** One SIP message as a frame; `received` only for requests outside dialogs. */
export function deliver(
  hub: Hub,
  client: AppClient,
  message: SipMessage,
  flow: Flow | undefined,
  ids: { readonly transactionId: string; readonly dialogId: string; readonly received?: ReceivedOn },
): void {
  const meta = metaOf(hub, 'network', flow === undefined ? 0 : message.raw.length, flow);
  client.send(sipLine(newId(hub), meta, ids.transactionId, ids.dialogId, ids.received), deliveredBytes(message, flow));
}

/** Gives a request outside dialogs to the application that owns it from now on. */
export function deliverNew(hub: Hub, client: AppClient, incoming: Incoming): void {
  const { message, flow, transactionId } = incoming;
  incoming.owner = client;
  if (hub.deps.options.alwaysRinging === true) ring(incoming);
  const received = {
    address: flow.localAddress,
    port: flow.localPort,
    flowId: client.isAttached ? flow.id : '',
  };
  deliver(hub, client, message, flow, { transactionId, dialogId: '', received });
}

/** Answers a request outside dialogs that no application has seen. */
export function answerNew(hub: Hub, incoming: Incoming, { status, headers, reason }: OwnAnswer): void {
  if (incoming.finished) return;
  const response = OutgoingMessage.responseTo(incoming.message, status, reason);
  for (const [name, value] of headers) response.add(name, value);
  const { agent } = hub.deps.options;
  if (agent !== undefined) response.set('Server', agent);
  hub.dialogs.answerNew(incoming, response);
}

/** It makes no dialog: whoever answers has the same tag, or one of its own. */
function ring(incoming: Incoming): void {
  const { message, transaction } = incoming;
  const wantsReliable = message.headerValues('require').some((option) => option.toLowerCase() === '100rel');
  if (transaction.isInvite && !wantsReliable) transaction.respond(OutgoingMessage.responseTo(message, 180));
}
