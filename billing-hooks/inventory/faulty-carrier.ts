import { type CarrierAdapter, CarrierError } from './carrier-adapter.ts';

/** How a call to a carrier can go wrong. */
export const CARRIER_FAULTS = [
  /** It does not answer, and did nothing. */
  'fail',
  /** It says no. */
  'refuse',
  /** It answers later than others. */
  'delay',
  /** It does the work, and the answer is lost. */
  'late',
  /** It gets the request twice. */
  'twice',
] as const;
export type CarrierFault = (typeof CARRIER_FAULTS)[number];

/** The calls that an order is made of. */
export const CARRIER_CALLS = ['reserve', 'buy', 'release'] as const satisfies readonly (keyof CarrierAdapter)[];
export type CarrierCall = (typeof CARRIER_CALLS)[number];

export interface FaultyOptions {
  /** What goes wrong with the next calls of each kind, in order; afterwards all is well. */
  readonly faults: Partial<Record<CarrierCall, CarrierFault[]>>;
  /** What a delayed answer waits for. @default one turn of the event loop */
  readonly delay?: () => Promise<void>;
}

/** A carrier across a network, told how to go wrong: what tests of everything above it need. */
export function createFaultyCarrier(
  carrier: CarrierAdapter,
  { faults, delay = nextTurn }: FaultyOptions,
): CarrierAdapter {
  const call = async <T>(name: CarrierCall, work: () => Promise<T>): Promise<T> => {
    const fault = faults[name]?.shift();
    if (fault === 'fail') throw new CarrierError('unreachable', 'does not answer');
    if (fault === 'refuse') throw new CarrierError('refused', 'says no');
    if (fault === 'delay') await delay();
    const answer = await work();
    if (fault === 'late') throw new CarrierError('unreachable', 'did not answer in time');
    return fault === 'twice' ? work() : answer;
  };
  return {
    ...carrier,
    isRemote: true,
    reserve: (numbers, reference) => call('reserve', () => carrier.reserve(numbers, reference)),
    buy: (reference, numbers) => call('buy', () => carrier.buy(reference, numbers)),
    release: (numbers, reference) => call('release', () => carrier.release(numbers, reference)),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
