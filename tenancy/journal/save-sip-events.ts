import { type SipEvent, unpackCalls } from '../../bus/index.ts';
import { writeTransition } from '../availability/index.ts';
import {
  type SqliteConnection,
  type Store,
  type StoreSteps,
  wakeMessageDeliveries,
  writeSipMessage,
} from '../store/index.ts';
import { writeBindings, writeRefreshes } from './bindings.ts';
import { writeCallsAlive } from './calls.ts';
import { writeCarrierState } from './carrier-states.ts';
import { writeFundsEvent } from './funds-events.ts';
import { writeRegisterFailures } from './register-failures.ts';
import { writeCredentialsMoved, writeTrunkStates } from './trunk-states.ts';
import { writeCallRows, writeCalls } from './write-calls.ts';

/**
 * Persists a batch of the SIP threads in one transaction, so that a binding, the state it causes and the
 * event that tells of it are there together or not at all. Bans live in memory.
 */
export function saveSipEvents(store: Store, events: readonly SipEvent[]): Promise<void> {
  return store.bulkInSteps((connection) => writeEvents(connection, store, events));
}

function* writeEvents(connection: SqliteConnection, store: Store, events: readonly SipEvent[]): StoreSteps {
  // In the order told: a refresh before a change and one after it are not the same.
  for (const event of events) {
    if (event.kind === 'binding') writeBindings(connection, [event.change]);
    else if (event.kind === 'refreshes') yield* writeRefreshes(connection, event.refreshes);
    yield;
  }
  writeTrunkStates(
    connection,
    events.flatMap((event) => (event.kind === 'trunk_state' ? [event.state] : [])),
  );
  yield;
  for (const event of events) {
    if (event.kind !== 'trunk_transition') continue;
    const { transition } = event;
    writeTransition(connection, transition);
    if (transition.state === 'registered') wakeMessageDeliveries(connection, transition.trunkId, transition.atMs);
    yield;
  }
  for (const event of events)
    if (event.kind === 'sip_message') writeSipMessage(connection, store.secrets, event.message);
  for (const event of events) if (event.kind === 'credentials_moved') writeCredentialsMoved(connection, event);
  writeCalls(
    connection,
    events.flatMap((event) => (event.kind === 'call' ? [event.record] : [])),
  );
  yield;
  for (const event of events) if (event.kind === 'calls') yield* writeCallRows(connection, unpackCalls(event.calls));
  for (const event of events) if (event.kind === 'calls_alive') writeCallsAlive(connection, event.atMs);
  for (const event of events) if (event.kind === 'carrier_state') writeCarrierState(connection, event.change);
  for (const event of events) writeFundsEvent(connection, event);
  const failures = events.flatMap((event) => (event.kind === 'register_failure' ? [event.failure] : []));
  writeRegisterFailures(connection, failures);
}
