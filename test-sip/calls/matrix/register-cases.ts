import {
  authorizedRequest,
  digestTrunk,
  REGISTRATION,
  register,
  registerRequest,
} from '../../../registrar/fixtures.ts';
import { createRegistrar } from '../../../registrar/index.ts';
import { accountRecord } from '../../../tenancy/index.ts';
import type { MatrixCase } from './matrix-case.ts';
import { type MatrixWorld, matrixWorld } from './matrix-world.ts';

/** A REGISTER after which the last counted reason must be that of the case. */
const registers = (
  reason: MatrixCase['reason'],
  run: (world: MatrixWorld) => void,
  create: () => MatrixWorld = matrixWorld,
): MatrixCase => ({ reason, kind: 'REGISTER', create, run: async (world) => run(world) });

const challengeOf = (world: MatrixWorld) => world.test.registrar.handle(registerRequest());

export const REGISTER_CASES: readonly MatrixCase[] = [
  registers('challenged', (world) => void challengeOf(world)),
  registers('registered', (world) => world.register()),
  registers('refreshed', (world) => {
    world.register();
    world.register({ cseq: 5 });
  }),
  registers('unregistered', (world) => {
    world.register();
    world.register({ cseq: 5, expires: 0 });
  }),
  registers('fetched', (world) => world.register({ contact: [] })),
  registers('retransmitted', (world) => {
    const request = authorizedRequest(challengeOf(world), { cseq: 2 });
    world.test.registrar.handle(request);
    world.test.registrar.handle(request);
  }),
  registers('wrong_password', (world) => world.register({ password: 'guess' })),
  registers('unknown_user', (world) => world.register({ username: 'nobody' })),
  registers('unknown_realm', (world) => world.register({ domain: 'elsewhere.example' })),
  registers('aor_mismatch', (world) => world.register({ to: '<sip:beta@sip.didfarm.com>' })),
  registers(
    'auth_type_mismatch',
    (world) => world.register(),
    () => matrixWorld({ trunks: [digestTrunk({ id: 7, authType: 'ip' })] }),
  ),
  registers(
    'trunk_suspended',
    (world) => world.register(),
    () => matrixWorld({ trunks: [digestTrunk({ id: 7, status: 'suspended' })] }),
  ),
  registers(
    'account_suspended',
    (world) => world.register(),
    () => matrixWorld({ delta: { accounts: [accountRecord({ id: 1, status: 'suspended' })] } }),
  ),
  registers('nonce_stale', (world) => {
    const request = authorizedRequest(challengeOf(world), { cseq: 2 });
    world.test.clock.advance(301);
    world.test.registrar.handle(request);
  }),
  registers('nonce_foreign', (world) => {
    const request = authorizedRequest(challengeOf(world), { cseq: 2 });
    world.test.registrar.handle({ ...request, sourceAddress: '192.0.2.66' });
  }),
  registers('nonce_replay', (world) => {
    const challenge = challengeOf(world);
    world.test.registrar.handle(authorizedRequest(challenge, { cseq: 2 }));
    world.test.registrar.handle(authorizedRequest(challenge, { cseq: 3 }));
  }),
  registers(
    'nonce_previous_start',
    (world) => {
      const before = matrixWorld();
      world.test.registrar.handle(authorizedRequest(challengeOf(before), { cseq: 2 }));
    },
    () => matrixWorld({ startEpoch: 2 }),
  ),
  registers('banned', (world) => {
    const sourceAddress = '192.0.2.66';
    for (let index = 0; index < 11; index++) {
      register(world.test, { username: `u${index}`, sourceAddress, callId: `${index}` });
    }
  }),
  registers(
    'rate_limited',
    (world) => {
      for (let index = 0; index < 100; index++) register(world.test, { password: 'x', callId: `${index}` });
    },
    () => matrixWorld({ rateLimits: true }),
  ),
  registers('interval_too_brief', (world) => world.register({ expires: 10 })),
  registers('bad_contact', (world) => world.register({ contact: '<mailto:a@b>' })),
  registers('too_many_contacts', (world) =>
    world.register({ contact: [1, 2, 3, 4].map((port) => `<sip:acme@192.0.2.1:${port}>`) }),
  ),
  registers('stale_cseq', (world) => {
    world.register({ cseq: 10 });
    world.register({ cseq: 5, expires: 0 });
  }),
  registers('bad_request', (world) => void world.test.registrar.handle(registerRequest({ to: 'nonsense' }))),
  registers('first_hop_lacks_outbound', (world) =>
    world.register({
      contact: '<sip:acme@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=1',
      headers: { via: ['SIP/2.0/UDP proxy', 'SIP/2.0/UDP pbx'], path: '<sip:proxy;lr>', supported: 'path, outbound' },
    }),
  ),
  registers('bad_extension', (world) => world.register({ headers: { require: 'gruu' } })),
  registers(
    'contact_shared',
    (world) => {
      const registrar = withoutFlows(world);
      const fields = { contact: '<sip:pbx@192.168.1.10>', transport: 'tcp', flowId: '' } as const;
      register({ registrar }, fields);
      register({ registrar }, { ...fields, username: 'beta', callId: 'other' });
    },
    () => matrixWorld({ trunks: [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta' })] }),
  ),
];

/** The registrar as it is on an engine that cannot name connections. */
function withoutFlows({ test }: MatrixWorld) {
  return createRegistrar({
    directory: test.directory,
    auth: test.auth,
    config: REGISTRATION,
    engine: undefined,
    hasFlows: false,
    events: {
      binding: () => undefined,
      trunkState: () => undefined,
      registerFailure: () => undefined,
      count: (result, reason) => test.counted.push(`${result} ${reason}`),
    },
    nowMs: () => test.clock.nowMs,
    random: () => 0.5,
  });
}
