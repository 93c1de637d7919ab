import type { BindingRecord, CallRecord, RegisterFailure } from '../../bus/index.ts';
import { createAccount, createTrunk } from '../store/index.ts';
import { handClock, openTestStore } from '../store/test-store.ts';

/** A store with one trunk, and makers of what a SIP thread reports of it. */
export async function openJournal(t: Parameters<typeof openTestStore>[0]) {
  const clock = handClock();
  const store = await openTestStore(t, clock);
  const { account, trunk } = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'Acme' });
    return { account, ...(await createTrunk(tx, { accountId: account.id, name: 'Main' })) };
  });
  const owner = { trunkId: trunk.id, accountId: account.id };
  const aor = `sip:${trunk.username}@sip.didfarm.com`;
  return {
    store,
    clock,
    account,
    trunk,
    binding: (contact: string, more: Partial<BindingRecord> = {}): BindingRecord => ({
      ...bindingAt(clock.nowMs()),
      ...owner,
      aor,
      contact,
      ...more,
    }),
    call: (uuid: string, more: Partial<CallRecord> = {}): CallRecord => ({
      ...callAt(clock.nowMs(), uuid),
      ...owner,
      ...more,
    }),
    failure: (more: Partial<RegisterFailure> = {}): RegisterFailure => ({
      ...failureAt(clock.nowMs(), trunk.username),
      ...owner,
      ...more,
    }),
  };
}

function bindingAt(nowMs: number): Omit<BindingRecord, 'trunkId' | 'accountId' | 'aor' | 'contact'> {
  return {
    contactParams: ';q=0.5',
    instance: null,
    regId: null,
    q: 0.5,
    callId: 'c1',
    cseq: 1,
    path: ['<sip:edge;lr>'],
    transport: 'udp',
    sourceAddress: '127.0.0.1',
    sourcePort: 5080,
    localAddress: '127.0.0.1',
    localPort: 5060,
    flowId: 'f1',
    userAgent: 'PBX/1',
    registeredAtMs: nowMs,
    refreshedAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
  };
}

function callAt(nowMs: number, uuid: string): Omit<CallRecord, 'trunkId' | 'accountId'> {
  return {
    uuid,
    direction: 'in',
    didId: null,
    carrierId: null,
    from: '+31612345678',
    to: '+31201234567',
    startedAtMs: nowMs,
    answeredAtMs: null,
    endedAtMs: null,
    result: null,
    reason: null,
    status: 100,
    sentence: '',
    aLeg: { callId: uuid, remote: '127.0.0.2:5060', contact: '' },
    bLeg: null,
    attempts: [],
    hungUpBy: null,
    trace: [],
  };
}

function failureAt(nowMs: number, username: string): Omit<RegisterFailure, 'trunkId' | 'accountId'> {
  return {
    atMs: nowMs,
    realm: 'sip.didfarm.com',
    username: username,
    sourceAddress: '192.0.2.1',
    sourcePort: 5060,
    transport: 'udp',
    userAgent: '',
    callId: 'x',
    result: 'client_error',
    reason: 'wrong_password',
    sentence: '',
    remedy: '',
    trace: [{ step: 'authenticate', saw: 'x', decided: '401' }],
  };
}
