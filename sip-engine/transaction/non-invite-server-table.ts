import type { ServerMachine } from './server-machine.ts';

/**
 * Non-INVITE server transaction: RFC 3261 figure 8 with RFC 4320: one automatic 100 when the client's
 * timer E has reached T2 (4.1), no 408 (4.2: `silence` keeps the transaction without an answer), and the
 * end of one that nobody answered, since its client has given up by timer F.
 */
export const nonInviteServerMachine: ServerMachine = {
  initial: 'trying',
  table: {
    trying: {
      start: { to: 'trying', do: ['startTrying', 'startAbandoned'] },
      request: { to: 'trying', do: [] },
      timerTrying: { to: 'proceeding', do: ['sendTrying'] },
      provisional: { to: 'proceeding', do: ['send'] },
      success: { to: 'completed', do: ['stopTimers', 'startJ', 'send'] },
      failure: { to: 'completed', do: ['stopTimers', 'startJ', 'send'] },
      silence: { to: 'completed', do: ['stopTimers', 'startJ'] },
      timerAbandoned: { to: 'terminated', do: ['reportAbandoned'] },
    },
    proceeding: {
      request: { to: 'proceeding', do: ['repeat'] },
      provisional: { to: 'proceeding', do: ['send'] },
      success: { to: 'completed', do: ['stopTimers', 'startJ', 'send'] },
      failure: { to: 'completed', do: ['stopTimers', 'startJ', 'send'] },
      silence: { to: 'completed', do: ['stopTimers', 'startJ'] },
      timerAbandoned: { to: 'terminated', do: ['reportAbandoned'] },
    },
    accepted: {},
    completed: {
      request: { to: 'completed', do: ['repeat'] },
      transportError: { to: 'terminated', do: [] },
      timerJ: { to: 'terminated', do: [] },
    },
    confirmed: {},
    terminated: {},
  },
};
