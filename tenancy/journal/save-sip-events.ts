import type { SipEvent } from '../../bus/index.ts';
import type { Store } from '../store/index.ts';
import { writeBindings } from './bindings.ts';
import { writeCalls } from './calls.ts';
import { writeRegisterFailures } from './register-failures.ts';
import { writeTrunkStates } from './trunk-states.ts';

/**
 * Persists a batch of the SIP threads in one transaction, so that a binding, the state it causes and the
 * event that tells of it are there together or not at all. Bans live in memory.
 */
export function saveSipEvents(store: Store, events: readonly SipEvent[]): Promise<void> {
  return store.bulk((connection) => {
    writeBindings(
      connection,
      events.flatMap((event) => (event.kind === 'binding' ? [event.change] : [])),
    );
    writeTrunkStates(
      connection,
      events.flatMap((event) => (event.kind === 'trunk_state' ? [event.state] : [])),
    );
    writeCalls(
      connection,
      events.flatMap((event) => (event.kind === 'call' ? [event.record] : [])),
    );
    const failures = events.flatMap((event) => (event.kind === 'register_failure' ? [event.failure] : []));
    writeRegisterFailures(connection, failures);
  });
}
