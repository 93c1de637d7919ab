import type { ClientMachine } from './client-machine.ts';

/**
 * INVITE client transaction: RFC 3261 figure 5 as replaced by RFC 6026 figure 2 (the Accepted state).
 * `timerCancelled` is RFC 3261 9.1: 64*T1 after our CANCEL the INVITE counts as ended.
 */
export const inviteClientMachine: ClientMachine = {
  initial: 'calling',
  table: {
    calling: {
      start: { to: 'calling', do: ['send', 'startA', 'startB'] },
      timerA: { to: 'calling', do: ['retransmit', 'doubleA'] },
      timerB: { to: 'terminated', do: ['reportTimeout'] },
      transportError: { to: 'terminated', do: ['reportError'] },
      provisional: { to: 'proceeding', do: ['stopTimers', 'pass', 'sendHeldCancel'] },
      success: { to: 'accepted', do: ['stopTimers', 'startM', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startD', 'ack', 'pass'] },
    },
    trying: {},
    proceeding: {
      provisional: { to: 'proceeding', do: ['pass'] },
      success: { to: 'accepted', do: ['stopTimers', 'startM', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startD', 'ack', 'pass'] },
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
