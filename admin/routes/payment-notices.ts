import type { FastifyInstance } from 'fastify';
import { PaymentRefused } from '../../billing-hooks/index.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';

/** A notice is a few kilobytes; whoever has no key sends no more (bytes). */
const BODY_LIMIT_BYTES = 256 * 1024;

/**
 * Where payment providers tell what came of payments. It needs no key: the signature over the very bytes says who
 * speaks. A notice that cannot be placed is refused, so that the provider repeats it.
 */
export async function installPaymentNotices(scope: FastifyInstance, deps: AdminDeps): Promise<void> {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const options = { schema: { hide: true }, bodyLimit: BODY_LIMIT_BYTES };
  scope.post<{ Params: { provider: string } }>('/payments/notices/:provider', options, async (request, reply) => {
    const signature = request.headers['stripe-signature'];
    const body = typeof request.body === 'string' ? request.body : '';
    const notice = { body, signature: typeof signature === 'string' ? signature : '' };
    const isKnown = await take(deps, request.params.provider, notice);
    if (!isKnown) throw notFound('payment provider');
    await deps.publish();
    return reply.send({ received: true });
  });
}

async function take(
  { store }: AdminDeps,
  provider: string,
  notice: { readonly body: string; readonly signature: string },
): Promise<boolean> {
  try {
    return await store.money.takePaymentNotice(provider, notice);
  } catch (error) {
    if (error instanceof PaymentRefused) throw fieldError('stripe-signature', error.message);
    throw error;
  }
}
