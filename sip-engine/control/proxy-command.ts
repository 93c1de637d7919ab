import type { AppClient } from './app-client.ts';
import { type AppFrame, readAppMessage } from './app-message.ts';
import { answerApp, type Hub, refuseApp } from './hub.ts';
import type { ProxyCommand } from './types.ts';

/** `proxy|transactionId|flags…|targets…` with the headers to add. */
export function proxyCommand(hub: Hub, client: AppClient, messageId: string, { tokens, sip }: AppFrame): void {
  if (tokens.length < 10) {
    refuseApp(hub, client, messageId, 'Invalid proxy request: not enough information provided');
    return;
  }
  const transactionId = tokens[2] ?? '';
  const incoming = hub.dialogs.findIncoming(transactionId);
  if (incoming === undefined || incoming.dialog !== undefined || incoming.invite?.progressed === true) {
    answerApp(hub, client, messageId, 'NOK', `Unknown transaction id: ${transactionId}`);
    return;
  }
  const command = readProxyCommand(tokens, sip);
  void command;
}

/** Reads the tokens; timeouts are `1500ms` or `2s`, and srf's `sip:` before what is a URI already is taken off. */
export function readProxyCommand(tokens: readonly string[], sip: Buffer | undefined): ProxyCommand {
  return {
    remainInDialog: tokens[3] === 'remainInDialog',
    fullResponse: tokens[4] === 'fullResponse',
    followRedirects: tokens[5] === 'followRedirects',
    simultaneous: tokens[6] === 'simultaneous',
    provisionalTimeoutMs: readTimeout(tokens[7] ?? ''),
    finalTimeoutMs: readTimeout(tokens[8] ?? ''),
    targets: tokens.slice(9).map((target) => target.replace(/^sip:(?=(sips?|tel):)/i, '')),
    headers: sip === undefined ? [] : readAppMessage(sip).headers,
  };
}

function readTimeout(text: string): number {
  const match = /^(\d{1,9})(ms|s)$/.exec(text);
  return match === null ? 0 : Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}
