import { MessageChannel } from 'node:worker_threads';
import { type MainSideHandlers, MainSides } from '../bus/index.ts';
import { createSharedPlaces } from '../routing/index.ts';
import { createWorkerSeats, seatPorts } from '../sip-engine/index.ts';
import { loadSipCode, type SipCode } from './sip-code.ts';
import { type SipThread, type SipThreadData, startSipThread } from './sip-thread.ts';

/**
 * Lets several SIP threads begin, as many as are configured: home, and others that have calls alone. To the main
 * thread they are one; when any of them dies, `onDeath` hears of it.
 */
export function startSipThreads(
  home: SipCode,
  data: SipThreadData,
  handlers: MainSideHandlers,
  onDeath: (reason: Error) => void,
): SipThread {
  const seats = createWorkerSeats(data.config.sip.workers);
  const places = createSharedPlaces();
  const channels = seats.slice(1).map(() => new MessageChannel());
  const [first, ...others] = seats.map((seat, index) => {
    const news =
      index === 0 ? channels.map(({ port1 }) => port1) : channels.slice(index - 1, index).map(({ port2 }) => port2);
    const code = index === 0 ? home : loadSipCode('call-worker');
    const beside = { seat, places, news };
    return startSipThread(code, { ...data, beside }, handlers, onDeath, [...seatPorts(seat), ...news]);
  });
  if (first === undefined) throw new RangeError('there is no SIP thread');
  return {
    bus: new MainSides(
      first.bus,
      others.map(({ bus }) => bus),
    ),
    ended: first.ended,
    async terminate() {
      await Promise.all([first, ...others].map((thread) => thread.terminate()));
    },
  };
}
