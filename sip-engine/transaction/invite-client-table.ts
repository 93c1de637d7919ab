import type { ClientMachine } from './client-machine.ts';

/**
 * INVITE client transaction: RFC 3261 figure 5 as replaced by RFC 6026 figure 2 (the Accepted state).
 * `timerCancelled` is RFC 3261 9.1: 64*T1 after our CANCEL the INVITE counts as ended. `flowClosed` is the
 * end of its connection: a peer that has begun to answer may still do so over a new one (18.2.2), but not
 * for ever (`timerLost`, 64*T1).
 */
export const inviteClientMachine: ClientMachine = {
  initial: 'calling',
  table: {
    calling: {
      start: { to: 'calling', do: ['send', 'startA', 'startB'] },
      timerA: { to: 'calling', do: ['retransmit', 'doubleA'] },
      timerB: { to: 'terminated', do: ['reportTimeout'] },
      transportError: { to: 'terminated', do: ['reportError'] },
      flowClosed: { to: 'terminated', do: ['reportError'] },
      provisional: { to: 'proceeding', do: ['stopTimers', 'pass', 'sendHeldCancel'] },
      success: { to: 'accepted', do: ['stopTimers', 'startM', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startD', 'ack', 'pass'] },
    },
    trying: {},
    proceeding: {
      provisional: { to: 'proceeding', do: ['pass'] },
      success: { to: 'accepted', do: ['stopTimers', 'startM', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startD', 'ack', 'pass'] },
      flowClosed: { to: 'proceeding', do: ['startLost'] },
      timerLost: { to: 'terminated', do: ['reportTimeout'] },
      timerCancelled: { to: 'terminated', do: ['reportTimeout'] },
    },
    accepted: {
      success: { to: 'accepted', do: ['pass'] },
      timerM: { to: 'terminated', do: [] },
    },
    completed: {
      failure: { to: 'completed', do: ['ack'] },
      transportError: { to: 'terminated', do: [] },
      timerD: { to: 'terminated', do: [] },
    },
    terminated: {},
  },
};
