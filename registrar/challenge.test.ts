import t from 'tap';
import {
  authorizedRequest,
  type PbxFields,
  REALM,
  registerRequest,
  type TestRegistrar,
  testRegistrar,
} from './fixtures.ts';
import type { RegisterOutcome } from './register-outcome.ts';

const SOURCE = '203.0.113.9';

/** The lines without their nonce, as one text. */
const linesOf = (text: string) => text.replaceAll(/nonce="[^"]*"/g, 'nonce');

const textOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

/** What the two ways say to a REGISTER without credentials; the short one `undefined` where it leaves it to the other. */
function askBoth(test: TestRegistrar, fields: PbxFields = {}): { short: string | undefined; long: RegisterOutcome } {
  const { domain = REALM, sourceAddress = SOURCE } = fields;
  const short = textOf(test.registrar.challenge(domain, sourceAddress));
  return { short, long: test.registrar.handle(registerRequest({ sourceAddress, ...fields })) };
}

t.test('a challenge by itself says and counts what a REGISTER without credentials would hear', async (t) => {
  const test = testRegistrar({ defaultRealm: 'clinic.example' });
  for (const domain of [REALM, 'clinic.example', '192.0.2.1', 'node1.didfarm.example']) {
    const { short, long } = askBoth(test, { domain });
    t.equal(linesOf(short ?? ''), linesOf(long.lines.map((line) => `${line}\r\n`).join('')));
    t.equal(long.lines.length, 2);
  }
  t.strictSame(new Set(test.counted), new Set(['ok challenged']));
  t.equal(test.counted.length, 8);
});

t.test('its nonce is good for the realm and the address it was made for, once each count', async (t) => {
  const test = testRegistrar();
  const lines = (textOf(test.registrar.challenge(REALM, SOURCE)) ?? '').split('\r\n');
  const challenged: RegisterOutcome = { status: 401, lines, reason: 'challenged', result: 'ok' };
  const answer = (sourceAddress: string, cseq: number) =>
    test.registrar.handle(authorizedRequest(challenged, { sourceAddress, cseq })).reason;
  t.equal(answer('203.0.113.8', 1), 'nonce_foreign');
  t.equal(answer(SOURCE, 2), 'registered');
  t.equal(answer(SOURCE, 3), 'nonce_replay');
});

t.test('who is to hear anything else than a challenge is left to the steps, and charged once', async (t) => {
  const unready = askBoth(testRegistrar({ readiness: () => 'draining' }));
  t.strictSame([unready.short, unready.long.reason], [undefined, 'draining']);

  const foreign = askBoth(testRegistrar(), { domain: 'elsewhere.example' });
  t.strictSame([foreign.short, foreign.long.reason], [undefined, 'unknown_realm']);

  const banning = testRegistrar({ auth: { banIdentitiesPerMinute: 1 } });
  banning.auth.bans.recordFailure(SOURCE, 'nobody');
  const banned = askBoth(banning);
  t.strictSame([banned.short, banned.long.reason], [undefined, 'banned']);

  const limited = testRegistrar();
  let challenges = 0;
  while (limited.registrar.challenge(REALM, SOURCE) !== undefined) challenges += 1;
  t.equal(challenges, 200, 'as many as a stranger has');
  t.equal(askBoth(limited).long.reason, 'rate_limited');
  t.equal(limited.counted.length, 201);
});
