import t from 'tap';
import type { BindingRecord } from '../bus/index.ts';
import { fc } from '../sip-engine/testing-properties.ts';
import { digestTrunk, REGISTRATION, register, type TestOptions, testRegistrar } from './fixtures.ts';

const MOST = 2;

type Command =
  | {
      readonly do: 'register';
      readonly contact: number;
      readonly call: number;
      readonly source: number;
      readonly expires: number;
      readonly tcp: boolean;
    }
  | { readonly do: 'advance'; readonly seconds: number }
  | { readonly do: 'close'; readonly flow: number }
  | { readonly do: 'answering'; readonly contact: number; readonly answers: boolean }
  | { readonly do: 'restart' };

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      contact: fc.nat(4),
      call: fc.nat(2),
      source: fc.nat(1),
      expires: fc.constantFrom(0, 60, 120, 600),
      tcp: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 150 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), flow: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('answering' as const), contact: fc.nat(4), answers: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** Contacts 0 and 1 share a user, as a PBX before and after it moved. */
const userOf = (contact: number) => (contact < 2 ? 's' : `u${contact}`);
const uriOf = (contact: number, tcp: boolean) =>
  `sip:${userOf(contact)}@10.0.0.9:${7000 + contact}${tcp ? ';transport=tcp' : ''}`;

interface ModelBinding {
  readonly uri: string;
  readonly user: string;
  call: number;
  source: number;
  flow: string;
  untilSec: number;
  order: number;
}

/** The rules of interface.md, Bindings, written as plainly as they read; regular probing is off. */
class Model {
  bindings: ModelBinding[] = [];
  readonly silent = new Set<string>();
  readonly closed = new Set<string>();
  now = 0;
  #order = 0;

  register(command: Extract<Command, { do: 'register' }>, flow: string): void {
    const uri = uriOf(command.contact, command.tcp);
    const user = userOf(command.contact);
    const known = this.bindings.find((binding) => binding.uri === uri);
    if (command.expires === 0) {
      this.bindings = this.bindings.filter((binding) => binding !== known);
      return;
    }
    const fields = { call: command.call, source: command.source, flow, untilSec: this.now + command.expires };
    if (known !== undefined) {
      const hasMoved = known.flow !== flow || known.source !== fields.source;
      if (known.call !== fields.call || hasMoved) known.order = this.#next();
      Object.assign(known, fields);
      return;
    }
    this.bindings = this.bindings.filter((binding) => binding.call !== command.call);
    const isSamePbx = (binding: ModelBinding) => binding.source === command.source && binding.user === user;
    this.bindings = this.bindings.filter(
      (binding) => !isSamePbx(binding) || !(this.closed.has(binding.flow) || this.silent.has(binding.uri)),
    );
    this.bindings.push({ uri, user, order: this.#next(), ...fields });
    this.bindings.sort((a, b) => a.order - b.order);
    while (this.bindings.length > MOST) this.bindings.shift();
  }

  advance(seconds: number): void {
    this.now += seconds;
    this.bindings = this.bindings.filter((binding) => binding.untilSec > this.now);
  }

  /** Behind NAT, so a closed connection cannot be opened anew. */
  close(flow: string): void {
    if (!flow.startsWith('tcp')) return;
    this.closed.add(flow);
    this.bindings = this.bindings.filter((binding) => binding.flow !== flow);
  }

  newestFirst(): readonly string[] {
    return this.bindings.toSorted((a, b) => b.order - a.order).map((binding) => binding.uri);
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }
}

/** Runs commands against a registrar whose probes are answered at once by what the PBX does at that moment. */
class World {
  readonly model = new Model();
  readonly persisted = new Map<string, BindingRecord>();
  test: ReturnType<typeof testRegistrar>;
  readonly #options: TestOptions;
  readonly #silent = new Set<string>();
  #cseq = 0;
  #seen = 0;

  constructor(options: TestOptions) {
    this.#options = { ...options, trunks: [digestTrunk({ id: 7, maxContacts: MOST })] };
    this.test = testRegistrar(this.#options);
  }

  run(command: Command): void {
    switch (command.do) {
      case 'register':
        this.#register(command);
        break;
      case 'advance':
        for (let second = 0; second < command.seconds; second += 1) {
          this.test.clock.advance(1);
          this.answerProbes();
        }
        this.model.advance(command.seconds);
        break;
      case 'close': {
        const flow = `tcp/${command.flow}`;
        this.test.closedFlows.add(flow);
        this.test.registrar.flowClosed(flow);
        this.answerProbes();
        this.model.close(flow);
        break;
      }
      case 'answering':
        for (const tcp of [true, false]) {
          const uri = uriOf(command.contact, tcp);
          for (const set of [this.#silent, this.model.silent]) command.answers ? set.delete(uri) : set.add(uri);
        }
        break;
      case 'restart':
        this.#restart();
        break;
    }
  }

  answerProbes(): void {
    for (const probe of this.test.probes.splice(0)) {
      const isSilent = this.#silent.has(probe.request.uri) || this.test.closedFlows.has(probe.request.flowId ?? '');
      probe.done(isSilent ? { kind: 'timeout' } : { kind: 'response', status: 200, rttMs: 5 });
    }
    this.#persist();
  }

  contacts(): readonly string[] {
    return this.test.registrar.bindingsOf(7).map((binding) => binding.contact);
  }

  #register(command: Extract<Command, { do: 'register' }>): void {
    const sourcePort = 1000 + command.contact;
    const flow = command.tcp ? `tcp/${command.contact}` : `udp/${command.source}:${sourcePort}`;
    this.test.closedFlows.delete(flow);
    this.model.closed.delete(flow);
    this.#cseq += 2;
    // Which of two is newer is kept over a restart by their times.
    this.test.clock.advance(1);
    this.model.advance(1);
    const outcome = register(this.test, {
      contact: `<${uriOf(command.contact, command.tcp)}>`,
      callId: `call-${command.call}`,
      sourceAddress: `198.51.100.${command.source}`,
      sourcePort,
      flowId: flow,
      transport: command.tcp ? 'tcp' : 'udp',
      expires: command.expires,
      cseq: this.#cseq,
    });
    if (outcome.status !== 200) throw new Error(`answered ${outcome.status} ${outcome.reason}`);
    // Before any probe is answered, too.
    if (this.contacts().length > MOST) throw new Error(`${this.contacts().length} bindings while probes are under way`);
    this.model.register(command, flow);
    this.answerProbes();
  }

  /** A restart keeps UDP bindings; connections are gone with the process. */
  #restart(): void {
    this.#persist();
    const { nowMs } = this.test.clock;
    this.test = testRegistrar({ ...this.#options, startMs: nowMs, startEpoch: nowMs % 100_000 });
    this.#seen = 0;
    for (let flow = 0; flow <= 5; flow += 1) this.test.closedFlows.add(`tcp/${flow}`);
    this.test.registrar.restore([...this.persisted.values()]);
    for (let flow = 0; flow <= 5; flow += 1) this.model.close(`tcp/${flow}`);
    this.#persist();
  }

  #persist(): void {
    for (const change of this.test.changes.slice(this.#seen)) {
      if (change.op === 'put') this.persisted.set(change.binding.contact, change.binding);
      else this.persisted.delete(change.contact);
    }
    this.#seen = this.test.changes.length;
  }
}

/** What must hold at every moment, whatever happened. */
function checkInvariants(world: World): void {
  const { registrar, states } = world.test;
  const live = registrar.bindingsOf(7);
  const problems = [
    live.length > MOST && 'more bindings than allowed',
    live.some((binding) => binding.expiresAtMs <= world.test.clock.nowMs) && 'an expired binding is called',
    live.some((binding) => !registrar.hasBindingFrom(binding.sourceAddress)) && 'a source is not found',
    (registrar.registrationOf(7).state === 'registered') !== live.length > 0 && 'state and bindings disagree',
    states.some((change, index) => index > 0 && change.state === states[index - 1]?.state) &&
      'an event without a change',
    [...world.persisted.keys()].sort().join() !== world.contacts().toSorted().join() && 'events and bindings disagree',
  ];
  const found = problems.filter(Boolean);
  if (found.length > 0) throw new Error(`${found.join('; ')}: ${world.contacts().join(' ')}`);
}

t.test(
  'bindings agree with a simple model under register, refresh, move, expire, flow close and restart',
  async (t) => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 40 }), (sequence) => {
        const world = new World({ registration: { ...REGISTRATION, probeIntervalSec: 0, flapDampingSec: 0 } });
        for (const command of sequence) {
          // A restart asks every binding at once; whether it then is unprobeable is liveness, not this model.
          world.run(command);
          checkInvariants(world);
          if (world.contacts().join() !== world.model.newestFirst().join()) {
            throw new Error(
              `${command.do}: ${world.contacts().join(' ')} instead of ${world.model.newestFirst().join(' ')}`,
            );
          }
        }
      }),
      { numRuns: 400 },
    );
    t.pass();
  },
);

t.test('with probes that fail and recover, events, states and bindings agree at every moment', async (t) => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), fc.constantFrom(0, 30), (sequence, flapDampingSec) => {
      const world = new World({ registration: { ...REGISTRATION, flapDampingSec } });
      for (const command of sequence) {
        world.run(command);
        checkInvariants(world);
      }
      const last = world.test.states.at(-1)?.state;
      world.run({ do: 'advance', seconds: 7300 });
      checkInvariants(world);
      const isTold = world.test.states.at(-1)?.state !== 'registered';
      if (!isTold) throw new Error(`everything has expired, but the last event is ${last}`);
    }),
    { numRuns: 60 },
  );
  t.pass();
});
