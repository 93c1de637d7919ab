import { EventEmitter } from 'node:events';
import t from 'tap';
import type { CallRecord } from '../bus/index.ts';
import { fc } from '../sip-engine/testing-properties.ts';
import { accountRecord, carrierRecord, Directory, didRecord, directoryDelta, trunkRecord } from '../tenancy/index.ts';
import { binding, CALLS, testBindings } from './fixtures.ts';
import { type CallRouter, createCallRouter, MemoryAdmission } from './index.ts';
import type { CreateUacOptions, SrfDialog, SrfPort, SrfRequest, SrfResponse, UacProgress } from './srf-adapter.ts';
import { ManualClock } from './test-stage.ts';

class FakeDialog extends EventEmitter {
  connected = true;
  queueRequests = false;
  readonly id = 'd';
  readonly sip = { callId: 'c', localTag: 'a', remoteTag: 'b' };
  readonly remote = { uri: 'sip:x@h', sdp: 'v=0' };
  readonly res = { status: 200, source_address: '203.0.113.9', source_port: 1, get: () => undefined };

  destroy(_options: unknown, done: (error: unknown) => void): void {
    this.connected = false;
    done(null);
  }

  hangUp(): void {
    if (!this.connected) return;
    this.connected = false;
    this.emit('destroy', { get: () => undefined }, 'normal release');
  }
}

interface FakeCall {
  readonly req: EventEmitter;
  readonly finals: number[];
  readonly pracks: (() => void)[];
  leg: { ring(): void; answer(): void; fail(status: number): void } | undefined;
  uac: FakeDialog | undefined;
  uas: FakeDialog | undefined;
  isCancelled: boolean;
}

/** An engine whose every event is drawn by fast-check; its own rule, nothing after a final answer, is kept. */
class FakeEngine {
  readonly calls: FakeCall[] = [];

  readonly port = {
    createUAC: (options: CreateUacOptions, progress: UacProgress) => this.#createUac(options, progress),
    createUAS: (req: SrfRequest, _res: unknown, _options: unknown, done: (error: unknown, uas?: object) => void) => {
      const call = this.#of(req.socket);
      if (call.isCancelled || call.finals.length > 0) return done(new Error('487'));
      call.finals.push(200);
      call.uas = new FakeDialog();
      done(null, call.uas);
    },
  } as unknown as SrfPort;

  invite(router: CallRouter): void {
    const req = new EventEmitter();
    const sides = { leg: undefined, uac: undefined, uas: undefined };
    const call: FakeCall = { req, finals: [], pracks: [], ...sides, isCancelled: false };
    const socket = this.calls.push(call) - 1;
    // Every other caller demands reliable provisional answers.
    const demand = socket % 2 === 0 ? '\r\nRequire: 100rel' : '';
    const headers = `From: <sip:+49301@c>;tag=1\r\nContact: <sip:c@h>${demand}`;
    const raw = `INVITE sip:+31201234567@sip.didfarm.com SIP/2.0\r\n${headers}\r\n\r\n`;
    Object.assign(req, { method: 'INVITE', uri: 'sip:+31201234567@sip.didfarm.com', body: 'v=0', raw, socket });
    Object.assign(req, { source_address: '127.0.0.2', source_port: 5060, protocol: 'udp', get: () => undefined });
    const res = {
      get finalResponseSent() {
        return call.isCancelled || call.finals.length > 0;
      },
      send: (status: number, _reason: unknown, _options: unknown, _done: unknown, onPrack: () => void) => {
        if (status >= 200) call.finals.push(status);
        else call.pracks.push(onPrack);
      },
    };
    router.handleInvite(req as unknown as SrfRequest, res as unknown as SrfResponse);
  }

  cancel(call: FakeCall): void {
    if (call.isCancelled || call.finals.length > 0) return;
    call.isCancelled = true;
    call.req.emit('cancel', { get: () => undefined });
  }

  #of(index: unknown): FakeCall {
    const call = this.calls[Number(index)];
    if (call === undefined) throw new Error('no such call');
    return call;
  }

  #createUac(options: CreateUacOptions, progress: UacProgress): Promise<SrfDialog> {
    const call = this.#of(options._socket);
    const made = Promise.withResolvers<SrfDialog>();
    let isOpen = true;
    const once = (then: () => void) => {
      if (isOpen) then();
      isOpen = false;
    };
    const ringing = { status: 183, body: 'v=0', get: () => undefined };
    const leg = {
      ring: () => {
        if (isOpen) progress.cbProvisional(ringing as never);
      },
      answer: () =>
        once(() => {
          call.uac = new FakeDialog();
          made.resolve(call.uac as unknown as SrfDialog);
        }),
      fail: (status: number) =>
        once(() => {
          const response = { source_address: '203.0.113.9', reason: '', get: () => undefined };
          made.reject({ status, res: { ...response, status } });
        }),
    };
    call.leg = leg;
    progress.cbRequest(null, { cancel: () => queueMicrotask(() => leg.fail(487)) } as never);
    return made.promise;
  }
}

type Action = { readonly do: string; readonly at: number };

const WHO = ['invite', 'ring', 'prack', 'answer', 'busy', 'fail', 'cancel', 'callerBye', 'calleeBye'];
const ACTIONS = [...WHO, 'wait', 'long', 'endAll'];

function world() {
  const trunk = trunkRecord({ id: 1, maxIn: 4 });
  const directory = new Directory();
  directory.apply(
    directoryDelta({
      accounts: [accountRecord({ id: 1, maxIn: 3 })],
      trunks: [trunk],
      dids: [didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } })],
      carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })],
    }),
  );
  const engine = new FakeEngine();
  const clock = new ManualClock();
  const admission = new MemoryAdmission();
  const ended: CallRecord[] = [];
  const faults: unknown[] = [];
  let serial = 0;
  const router = createCallRouter({
    directory,
    bindings: testBindings({ bindings: [binding(trunk), binding(trunk, { contact: 'sip:second@h' })] }),
    auth: { authenticate: () => ({ kind: 'rejected', rejection: { status: 407, reason: 'challenged' } }) },
    admission,
    config: { ...CALLS, ringTimeoutSec: 10, maxDurationSec: 100 },
    srf: engine.port,
    clock,
    random: { float: () => 0.5, hex: () => String(++serial).padStart(16, '0') },
    sink: {
      emit: (record) => {
        if (record.endedAtMs !== null) ended.push(record);
      },
      count: () => undefined,
      log: () => undefined,
      fault: (error) => faults.push(error),
    },
  });
  return { engine, clock, admission, router, ended, faults };
}

type World = ReturnType<typeof world>;

function act({ engine, clock, router }: World, action: Action): void {
  const call = engine.calls[action.at % Math.max(1, engine.calls.length)];
  if (action.do === 'invite') engine.invite(router);
  else if (action.do === 'wait') clock.advance(6000);
  else if (action.do === 'long') clock.advance(60_000);
  else if (action.do === 'endAll') router.endAll('server_restart');
  else if (action.do === 'ring') call?.leg?.ring();
  else if (action.do === 'prack') call?.pracks.shift()?.();
  else if (action.do === 'answer') call?.leg?.answer();
  else if (action.do === 'busy') call?.leg?.fail(486);
  else if (action.do === 'fail') call?.leg?.fail(503);
  else if (action.do === 'callerBye') call?.uas?.hangUp();
  else if (action.do === 'calleeBye') call?.uac?.hangUp();
  else if (call !== undefined) engine.cancel(call);
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function assertInvariant({ router, admission, faults }: World): void {
  const live = router.activeCalls;
  const leases = router.leases().length;
  const trunk = admission.used('trunk', 1, 'in');
  const account = admission.used('account', 1, 'in');
  if (leases !== live || trunk !== live || account !== live || live > 3) {
    throw new Error(`${live} calls, ${leases} leases, ${trunk} on the trunk, ${account} on the account`);
  }
  if (faults.length > 0) throw faults[0];
}

async function assertOver(made: World): Promise<void> {
  made.router.endAll('server_restart');
  await settle();
  assertInvariant(made);
  const { engine, ended, router, clock } = made;
  if (router.activeCalls !== 0) throw new Error('a call is left');
  if (ended.length !== engine.calls.length) throw new Error(`${ended.length} records for ${engine.calls.length} calls`);
  if (new Set(ended.map((record) => record.uuid)).size !== ended.length) throw new Error('a call ended twice');
  if (clock.pending !== 1) throw new Error(`${clock.pending} timers are left`);
  for (const call of engine.calls) {
    if (call.finals.length > 1) throw new Error(`two final answers: ${call.finals}`);
    if (call.finals.length === 0 && !call.isCancelled) throw new Error('a caller got no final answer');
    if (call.uas?.connected === true || call.uac?.connected === true) throw new Error('a dialog is left');
  }
}

t.test('in any order of events counters equal live calls, every call ends once, and nothing is left', async (t) => {
  const action = fc.record({ do: fc.constantFrom(...ACTIONS), at: fc.nat({ max: 20 }) });
  const property = fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
    const made = world();
    for (const [index, step] of actions.entries()) {
      act(made, index % 4 === 0 ? { ...step, do: 'invite' } : step);
      // Events of one turn of the loop may also meet.
      if (step.at % 3 !== 0) await settle();
      assertInvariant(made);
    }
    await settle();
    await assertOver(made);
  });
  await t.resolves(fc.assert(property, { numRuns: 10_000 }));
});

t.test('a fault of ours as the called side has answered ends both sides', async (t) => {
  const fault = new RangeError('planned');
  const failing = () => {
    throw fault;
  };
  const answering = (_req: unknown, _res: unknown, _options: unknown, done: (error: unknown, uas: object) => void) =>
    done(null, uas);
  const uas = Object.assign(new FakeDialog(), { once: failing });
  for (const createUAS of [failing, answering]) {
    const made = world();
    const { engine, router, faults, ended } = made;
    Object.assign(engine.port, { createUAS });
    engine.invite(router);
    engine.calls[0]?.leg?.answer();
    await settle();
    t.strictSame(faults.splice(0), [fault]);
    t.match(ended, [{ reason: 'internal_error' }]);
    await assertOver(made);
  }
  t.notOk(uas.connected);
});

t.test('a fault of ours once the caller has acknowledged the offer of the called side ends both sides', async (t) => {
  const fault = new RangeError('planned');
  const made = world();
  const { engine, router, faults, ended } = made;
  const [uas, uac] = [new FakeDialog(), new FakeDialog()];
  Object.defineProperty(uac, 'res', {
    get: () => {
      throw fault;
    },
  });
  const offered = { sdp: 'v=0', res: uas.res, ack: () => Promise.resolve(uac), destroy: () => Promise.resolve() };
  const createUAS = (
    _req: unknown,
    res: SrfResponse,
    _options: unknown,
    done: (error: unknown, uas: object) => void,
  ) => {
    res.send(200, undefined, {});
    done(null, uas);
  };
  Object.assign(engine.port, { createUAC: () => Promise.resolve(offered), createUAS });
  engine.invite(router);
  await settle();
  uas.emit('ack', { body: 'v=0' });
  await settle();
  t.strictSame(faults.splice(0), [fault]);
  t.match(ended, [{ reason: 'internal_error' }]);
  t.strictSame([uas.connected, uac.connected], [false, false]);
  await assertOver(made);
});
