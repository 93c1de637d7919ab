import type { Test } from 'tap';
import { type Peer, startEngine, udpPeer } from '../engine-test-peer.ts';
import type { SipMessage } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { EngineOptions } from '../types.ts';
import { type AppInput, AppPeer } from './app-peer.ts';
import { inviteText, requestIn } from './call-text.ts';

/** An engine with one raw application and one peer; a test of timers gives it a clock that it moves itself. */
export async function testbed(t: Test, options: Partial<EngineOptions> = {}, ports: Partial<EnginePorts> = {}) {
  const running = await startEngine(t, options, {}, ports);
  const { port } = await running.engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.ready(t, port, 'invite', 'subscribe', 'register', 'message', 'options');
  const peer = await udpPeer(t, running.udpPort);
  return { ...running, appPort: port, app, peer };
}

export type Testbed = Awaited<ReturnType<typeof testbed>>;

/** A call of the peer that the app has answered and the peer acknowledged: the 200, of which its requests are made. */
export async function answeredCall(
  { app, peer }: Pick<Testbed, 'app' | 'peer'>,
  name: string,
  { body = '', change = (text: string) => text } = {},
): Promise<SipMessage> {
  peer.send(change(inviteText(name, peer.port)));
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200, [], body));
  await peer.next();
  const ok = await peer.next();
  peer.send(requestIn(ok, 'ACK', 1));
  await app.next();
  return ok;
}

/** Ends the application's connection; resolves when the engine has noticed, and nothing is delivered there any more. */
export async function leave({ app, peer, engine }: Pick<Testbed, 'app' | 'peer' | 'engine'>): Promise<void> {
  app.close();
  while (engine.stats.apps > 0) await settled(peer);
}

/** An answer as drachtio-srf writes it. */
export function answerText(request: AppInput, status: number, lines: readonly string[] = [], body = ''): string {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(request.sip)?.[1];
  return [
    `SIP/2.0 ${status}`,
    `Call-ID: ${header('Call-ID')}`,
    `cseq: ${header('CSeq')}`,
    `from: ${header('From')}`,
    `to: ${header('To')}`,
    ...lines,
    'Content-Length: 999',
    '',
    body,
  ].join('\r\n');
}

/** Transaction id of a delivered message. */
export const txn = (input: AppInput): string => input.tokens[8] ?? '';

let barriers = 0;

/** Everything the peer has sent before has been worked off. What else comes meanwhile is an error. */
export async function settled(peer: Peer): Promise<void> {
  peer.send(inviteText(`barrier${++barriers}`, peer.port, { method: 'INFO' }));
  const answer = await peer.next();
  if (answer.cseqMethod !== 'INFO' || answer.status !== 503) throw new Error(`unexpected ${answer.raw.toString()}`);
}
