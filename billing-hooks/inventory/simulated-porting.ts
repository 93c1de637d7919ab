import type { CarrierAdapter, PortRequest } from './carrier-adapter.ts';

/** So long the other provider takes when no day is asked for (ms). */
const TAKES_MS = 7 * 86_400_000;
/** Nobody has an account by that number. */
const UNKNOWN_ACCOUNT = '000000';

/** Porting of a carrier that remembers nothing: what becomes of an order is in the order itself. */
export function simulatePorting(nowMs: () => number): Required<Pick<CarrierAdapter, 'port' | 'cancelPort'>> {
  return {
    port: async (request) => {
      if (request.accountReference === UNKNOWN_ACCOUNT)
        return { status: 'rejected', reason: `${request.currentProvider} knows no account ${UNKNOWN_ACCOUNT}.` };
      const portsAtMs = dayOf(request);
      return nowMs() < portsAtMs ? { status: 'accepted', portsAtMs } : { status: 'completed' };
    },
    cancelPort: async (request) => nowMs() < dayOf(request),
  };
}

function dayOf({ submittedAtMs, earliestMs }: PortRequest): number {
  return earliestMs ?? submittedAtMs + TAKES_MS;
}
