import { isWellFormed, type SipMessage } from '../message/index.ts';
import type { ProxyListener } from '../proxy/index.ts';
import type { Flow } from '../transport/index.ts';
import type { AppClient } from './app-client.ts';
import { type AppFrame, readAppMessage } from './app-message.ts';
import { deliveredBytes } from './delivered.ts';
import { answerApp, type Hub, metaOf, newId, refuseApp } from './hub.ts';
import { continueLine } from './lead-line.ts';
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
  // From here on the transaction is the proxy's; the application hears no more of it.
  incoming.finish();
  const refusal = hub.proxy.start(incoming.transaction, command, new ProxyAnswers(hub, client, messageId, command));
  if (refusal !== undefined) answerApp(hub, client, messageId, 'NOK', refusal.reason);
}

/** One `continue` a target's final response, then `done`; without `fullResponse` only `done`, when it is sent. */
class ProxyAnswers implements ProxyListener {
  readonly #hub: Hub;
  readonly #client: AppClient;
  readonly #messageId: string;
  readonly #isFull: boolean;
  #closed = false;

  constructor(hub: Hub, client: AppClient, messageId: string, command: ProxyCommand) {
    this.#hub = hub;
    this.#client = client;
    this.#messageId = messageId;
    this.#isFull = command.fullResponse;
  }

  onSent(): void {
    if (!this.#isFull) this.#close();
  }

  onFinal(response: SipMessage, flow: Flow): void {
    if (!this.#isFull || this.#closed) return;
    const meta = metaOf(this.#hub, 'network', response.raw.length, flow);
    this.#client.send(continueLine(newId(this.#hub), this.#messageId, meta), deliveredBytes(response, flow));
  }

  onDone(sent: boolean): void {
    if (this.#closed) return;
    if (sent) this.#close();
    else {
      this.#closed = true;
      answerApp(this.#hub, this.#client, this.#messageId, 'NOK', 'error proxying request to ');
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    answerApp(this.#hub, this.#client, this.#messageId, 'OK', 'done');
  }
}

/** Reads the tokens; timeouts are `1500ms` or `2s`, and srf's `sip:` before what is a URI already is taken off. */
function readProxyCommand(tokens: readonly string[], sip: Buffer | undefined): ProxyCommand {
  return {
    remainInDialog: tokens[3] === 'remainInDialog',
    fullResponse: tokens[4] === 'fullResponse',
    followRedirects: tokens[5] === 'followRedirects',
    simultaneous: tokens[6] === 'simultaneous',
    provisionalTimeoutMs: readTimeout(tokens[7] ?? ''),
    finalTimeoutMs: readTimeout(tokens[8] ?? ''),
    targets: tokens.slice(9).map(targetOf),
    headers: sip === undefined ? [] : readAppMessage(sip).headers.filter(([name, value]) => isWellFormed(name, value)),
  };
}

/** srf writes `sip:` before everything that does not start with it. */
export function targetOf(text: string): string {
  return text.replace(/^sip:(?=(sips?|tel):)/i, '');
}

/** `1500ms` or `2s` in milliseconds, 0 for everything else. */
export function readTimeout(text: string): number {
  const match = /^(\d{1,9})(ms|s)$/.exec(text);
  return match === null ? 0 : Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}
