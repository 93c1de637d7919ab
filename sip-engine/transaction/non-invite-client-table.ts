import type { ClientMachine } from './client-machine.ts';

/** Non-INVITE client transaction: RFC 3261 figure 6; the end of its connection is a transport error (17.1.4). */
export const nonInviteClientMachine: ClientMachine = {
  initial: 'trying',
  table: {
    calling: {},
    trying: {
      start: { to: 'trying', do: ['send', 'startE', 'startF'] },
      timerE: { to: 'trying', do: ['retransmit', 'doubleE'] },
      timerF: { to: 'terminated', do: ['reportTimeout'] },
      transportError: { to: 'terminated', do: ['reportError'] },
      flowClosed: { to: 'terminated', do: ['reportError'] },
      provisional: { to: 'proceeding', do: ['pass'] },
      success: { to: 'completed', do: ['stopTimers', 'startK', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startK', 'pass'] },
    },
    proceeding: {
      timerE: { to: 'proceeding', do: ['retransmit', 'resetE'] },
      timerF: { to: 'terminated', do: ['reportTimeout'] },
      transportError: { to: 'terminated', do: ['reportError'] },
      flowClosed: { to: 'terminated', do: ['reportError'] },
      provisional: { to: 'proceeding', do: ['pass'] },
      success: { to: 'completed', do: ['stopTimers', 'startK', 'pass'] },
      failure: { to: 'completed', do: ['stopTimers', 'startK', 'pass'] },
    },
    accepted: {},
    completed: {
      timerK: { to: 'terminated', do: [] },
    },
    terminated: {},
  },
};
