import type { ServerMachine } from './server-machine.ts';

/**
 * INVITE server transaction: RFC 3261 figure 7 as replaced by RFC 6026 figure 1 (the Accepted state, and
 * transport errors that do not end an unanswered transaction). `resend` is the dialog layer's
 * retransmission of a 2xx or of a reliable provisional (RFC 3262).
 */
export const inviteServerMachine: ServerMachine = {
  initial: 'proceeding',
  table: {
    trying: {},
    proceeding: {
      start: { to: 'proceeding', do: ['sendTryingSoon'] },
      timerTrying: { to: 'proceeding', do: ['sendTrying'] },
      request: { to: 'proceeding', do: ['repeat'] },
      provisional: { to: 'proceeding', do: ['stopTimers', 'send'] },
      resend: { to: 'proceeding', do: ['sendGiven'] },
      success: { to: 'accepted', do: ['stopTimers', 'startL', 'send'] },
      failure: { to: 'completed', do: ['stopTimers', 'startG', 'startH', 'send'] },
    },
    accepted: {
      request: { to: 'accepted', do: [] },
      resend: { to: 'accepted', do: ['sendGiven'] },
      ack: { to: 'accepted', do: ['passAck'] },
      timerL: { to: 'terminated', do: [] },
    },
    completed: {
      request: { to: 'completed', do: ['repeat'] },
      timerG: { to: 'completed', do: ['retransmit', 'doubleG'] },
      ack: { to: 'confirmed', do: ['stopTimers', 'startI'] },
      timerH: { to: 'terminated', do: ['reportNoAck'] },
      transportError: { to: 'terminated', do: [] },
    },
    confirmed: {
      request: { to: 'confirmed', do: [] },
      ack: { to: 'confirmed', do: [] },
      timerI: { to: 'terminated', do: [] },
    },
    terminated: {},
  },
};
