import { createHash, randomBytes } from 'node:crypto';
import type { PaymentEvent, PaymentProvider } from './payment-provider.ts';
import { checkNotice, microsPerUnit, parseNotice, signNotice } from './signed-notice.ts';

export interface SimulatedProviderOptions {
  /** Signs its notices. */
  readonly secret: string;
  readonly nowMs: () => number;
}

/** A provider that exists in this process only, and speaks as Stripe does: for trials and tests. */
export interface SimulatedProvider extends PaymentProvider {
  /** The notice it would send, and its signature. */
  notice(event: PaymentEvent): { readonly body: string; readonly signature: string };
}

export function createSimulatedProvider({ secret, nowMs }: SimulatedProviderOptions): SimulatedProvider {
  const nowSec = () => Math.floor(nowMs() / 1000);
  return {
    name: 'simulated',
    create: async () => ({ providerRef: `pi_${randomBytes(12).toString('hex')}`, url: null }),
    // Whoever it is has left a card; the notice comes as well, as it does in real life.
    charge: async ({ reference, amountMicros }) => ({
      status: 'succeeded',
      providerRef: `pi_${createHash('sha256').update(reference).digest('hex').slice(0, 24)}`,
      amountMicros,
    }),
    readNotice(body, signature) {
      checkNotice(body, signature, secret, nowSec());
      return parseNotice(body);
    },
    notice({ providerRef, outcome, amountMicros, currency }) {
      const type = outcome === 'succeeded' ? 'payment_intent.succeeded' : 'payment_intent.payment_failed';
      const object = {
        id: providerRef,
        amount: amountMicros / microsPerUnit(currency),
        currency: currency.toLowerCase(),
      };
      const body = JSON.stringify({ id: `evt_${providerRef}`, object: 'event', type, data: { object } });
      return { body, signature: signNotice(body, secret, nowSec()) };
    },
  };
}
