import { timingSafeEqual } from 'node:crypto';
import type { AppClient } from './app-client.ts';
import { type AppFrame, readFrame } from './app-message.ts';
import { answerApp, type Hub, hostPorts, refuseApp, SERVER_VERSION } from './hub.ts';
import { proxyCommand } from './proxy-command.ts';
import { sipCommand } from './sip-command.ts';

type Command = (hub: Hub, client: AppClient, messageId: string, frame: AppFrame) => void;

/** One entry per message type an application may send. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['authenticate', authenticate],
  ['route', route],
  ['remove_route', removeRoute],
  ['ping', (hub, client, messageId) => answerApp(hub, client, messageId, 'OK', 'pong')],
  ['sip', sipCommand],
  ['proxy', proxyCommand],
]);

/** One frame of an application. Every one gets an answer, and nothing is done before the secret is known. */
export function runCommand(hub: Hub, client: AppClient, payload: Buffer): void {
  const frame = readFrame(payload);
  const [messageId = '', type] = frame.tokens;
  if (type === undefined) {
    refuseApp(hub, client, messageId, 'Invalid message format');
    return;
  }
  if (!client.authenticated && type !== 'authenticate') {
    refuseApp(hub, client, messageId, 'not authenticated');
    return;
  }
  const command = COMMANDS.get(type);
  if (command === undefined) {
    refuseApp(hub, client, messageId, 'Unknown message type');
    return;
  }
  try {
    command(hub, client, messageId, frame);
  } catch (error) {
    hub.deps.ports.logger.error({ err: error, type }, 'a control command failed');
    answerApp(hub, client, messageId, 'NOK', 'Internal server error');
  }
}

function authenticate(hub: Hub, client: AppClient, messageId: string, { tokens }: AppFrame): void {
  if (!sameSecret(tokens[2] ?? '', client.secret)) {
    refuseApp(hub, client, messageId, 'incorrect secret');
    return;
  }
  client.tags = (tokens[3] ?? '').split(',').filter((tag) => tag !== '');
  const { advertised, local } = hostPorts(hub);
  answerApp(hub, client, messageId, 'OK', advertised, SERVER_VERSION, local);
  for (const method of client.methods) hub.routes.add(client, method);
  client.welcome();
}

function route(hub: Hub, client: AppClient, messageId: string, { tokens }: AppFrame): void {
  const verb = tokens[2] ?? '';
  if (verb === '') {
    refuseApp(hub, client, messageId, 'Invalid message format');
    return;
  }
  hub.routes.add(client, verb);
  answerApp(hub, client, messageId, 'OK');
}

function removeRoute(hub: Hub, client: AppClient, messageId: string, { tokens }: AppFrame): void {
  const verb = tokens[2] ?? '';
  if (verb === '') {
    refuseApp(hub, client, messageId, 'Invalid message format');
    return;
  }
  hub.routes.remove(client, verb);
  answerApp(hub, client, messageId, 'OK');
}

function sameSecret(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
