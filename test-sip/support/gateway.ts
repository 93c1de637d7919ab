import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { OutgoingMessage, parseMessage } from '../../sip-engine/index.ts';
import { freePort } from './ports.ts';
import type { Product } from './product.ts';
import type { Test } from './temp-dir.ts';

const HOST = '127.0.0.2';

/** A gateway that SIPp plays. */
export interface Gateway {
  /** Where the product finds it. */
  readonly port: number;
  /** Where SIPp waits. */
  readonly localAddress: string;
  readonly localPort: number;
}

/** A place for SIPp to wait at, behind a port that answers OPTIONS: gateways are probed, and SIPp takes a probe for a call. */
export async function openGateway(t: Test): Promise<Gateway> {
  const localPort = await freePort(HOST);
  const front = createSocket('udp4');
  let server = { port: 0, address: HOST };
  front.on('error', () => undefined);
  front.on('message', (bytes, from) => {
    if (from.port === localPort) {
      front.send(bytes, server.port, server.address);
      return;
    }
    server = from;
    if (!bytes.toString('latin1', 0, 8).startsWith('OPTIONS ')) front.send(bytes, localPort, HOST);
    else front.send(OutgoingMessage.responseTo(parseMessage(bytes), 200).toBuffer(), from.port, from.address);
  });
  front.bind(0, HOST);
  await once(front, 'listening');
  t.teardown(() => front.close());
  return { port: front.address().port, localAddress: HOST, localPort };
}

/**
 * Puts such a gateway in the place of the one that the demo world's carrier has, whose port is the same for every
 * product on this machine. Nobody takes calls there until the test does.
 */
export async function moveGateway(t: Test, product: Product): Promise<Gateway> {
  const gateway = await openGateway(t);
  const { body } = await product.api('GET', '/carriers');
  const { data } = body as { readonly data: readonly { readonly id: number; readonly name: string }[] };
  const id = data.find(({ name }) => name === 'loopback')?.id;
  const gateways = [{ host: HOST, port: gateway.port }];
  const { status } = await product.api('PATCH', `/carriers/${id}`, { gateways });
  if (status !== 200) throw new Error(`the gateway was not moved: ${status}`);
  return gateway;
}
