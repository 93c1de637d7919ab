import { type CarrierAdapter, CarrierError, type CarrierMessages } from './carrier-adapter.ts';

/** Endings of numbers that messages fare ill with (docs/messages.md). */
const REFUSED = '0000';
const SILENT = '0001';
const LOST = '0002';

/**
 * Messages of the simulated carrier: taken, delivered at once and, to a number that is sold here, brought in there; by the
 * last digits of the receiver refused, unanswered or lost.
 */
export function simulateMessages(
  findSold: (numbers: readonly string[]) => Promise<ReadonlySet<string>>,
): Required<Pick<CarrierAdapter, 'sendMessage' | 'messageEvents'>> {
  const known = new Set<string>();
  let waiting: { receipts: CarrierMessages['receipts'][number][]; inbound: CarrierMessages['inbound'][number][] } = {
    receipts: [],
    inbound: [],
  };
  return {
    sendMessage: async ({ from, to, body, reference }) => {
      const carrierId = `sim-${reference}`;
      if (to.endsWith(SILENT)) throw new CarrierError('unreachable', 'does not answer', to);
      if (to.endsWith(REFUSED)) return { carrierId, status: 'rejected', reason: 'no such subscriber' };
      if (known.has(reference)) return { carrierId, status: 'accepted' };
      known.add(reference);
      if (to.endsWith(LOST)) waiting.receipts.push({ carrierId, status: 'failed', reason: 'handset unreachable' });
      else {
        waiting.receipts.push({ carrierId, status: 'delivered' });
        if ((await findSold([to])).has(to)) waiting.inbound.push({ from, to, body, reference: carrierId });
      }
      return { carrierId, status: 'accepted' };
    },
    messageEvents: async () => {
      const taken = waiting;
      waiting = { receipts: [], inbound: [] };
      for (const { carrierId } of taken.receipts) known.delete(carrierId.slice('sim-'.length));
      return taken;
    },
  };
}
