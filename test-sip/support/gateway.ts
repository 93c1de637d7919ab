import { freePort } from './ports.ts';
import type { Product } from './product.ts';

const HOST = '127.0.0.2';

/**
 * Moves the gateway of the demo world's carrier to a port that no other test has, and says where it is: the demo
 * world's own port is the same for every product on this machine. Nobody answers there until the test does.
 */
export async function moveGateway(
  product: Product,
): Promise<{ readonly localAddress: string; readonly localPort: number }> {
  const localPort = await freePort(HOST);
  const { body } = await product.api('GET', '/carriers');
  const carrier = (body as { readonly data: readonly { readonly id: number; readonly name: string }[] }).data.find(
    ({ name }) => name === 'loopback',
  );
  const { status } = await product.api('PATCH', `/carriers/${carrier?.id}`, {
    gateways: [{ host: HOST, port: localPort }],
  });
  if (status !== 200) throw new Error(`the gateway was not moved: ${status}`);
  return { localAddress: HOST, localPort };
}
