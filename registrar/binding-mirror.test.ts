import fc from 'fast-check';
import t from 'tap';
// Draws from the seed of all random tests.
import '../sip-engine/testing-properties.ts';
import { BindingMirror } from './binding-mirror.ts';
import { digestTrunk, register, registerRequest, testRegistrar } from './fixtures.ts';
import type { ProbeResult } from './prober.ts';

/** A registrar, and a mirror that is told as another thread would be. */
function mirrored(hasEngine = false) {
  const test = testRegistrar({
    hasEngine,
    rateLimits: false,
    trunks: [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'other' })],
    reached: (trunkId) => mirror.take({ kind: 'trunks', trunks: [test.registrar.shown(trunkId)] }),
    refreshed: (bindings) =>
      mirror.take({
        kind: 'refreshes',
        refreshes: {
          trunkIds: bindings.map((binding) => binding.trunkId),
          contacts: bindings.map((binding) => binding.contact),
          regIds: bindings.map((binding) => binding.regId),
          expiresAtMs: bindings.map((binding) => binding.expiresAtMs),
        },
      }),
  });
  const mirror = new BindingMirror(() => test.clock.nowMs);
  return { ...test, mirror };
}

const action = fc.record({
  username: fc.constantFrom('acme', 'other'),
  host: fc.nat({ max: 2 }),
  port: fc.constantFrom(5060, 5070),
  expires: fc.constantFrom(0, 60, 300),
  waitSec: fc.constantFrom(0, 0, 20, 70),
});

t.test('a mirror shows the bindings that the registrar has, whatever comes', async (t) => {
  const property = fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
    const { registrar, mirror, clock } = mirrored();
    for (const { username, host, port, expires, waitSec } of actions) {
      const from = { sourceAddress: `192.0.2.${host}`, sourcePort: port };
      const contact = `<sip:${username}@192.168.1.${host}:${port}>`;
      register({ registrar }, { ...from, username, contact, expires, callId: contact, cseq: 2 + (clock.nowMs % 1e6) });
      clock.advance(waitSec);
      for (const id of [7, 8]) {
        const shown = mirror.bindingsOf(id).map((binding) => binding.contact);
        const held = registrar.bindingsOf(id).map((binding) => binding.contact);
        if (shown.join() !== held.join()) throw new Error(`shown ${shown}, held ${held}`);
        const request = registerRequest({ ...from, callId: contact });
        if (mirror.isBound(id, request) !== registrar.isBound(id, request)) throw new Error('bound in one of them');
      }
      for (const last of [0, 1, 2]) {
        const address = `192.0.2.${last}`;
        if (mirror.hasBindingFrom(address) !== registrar.hasBindingFrom(address)) throw new Error(`from ${address}`);
        // Of several trunks at one address and port it may be another.
        const [shown, held] = [mirror, registrar].map((one) => one.findBindingBySource(address, 5060) !== undefined);
        if (shown !== held) throw new Error(`at ${address} shown ${shown}, held ${held}`);
      }
    }
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }));
});

t.test('a binding that falls silent is called no more, and its address is still known', async (t) => {
  const { registrar, mirror, clock, probes } = mirrored(true);
  register({ registrar }, { expires: 3600, sourceAddress: '192.0.2.1', sourcePort: 5060 });
  const answer = (result: ProbeResult) => {
    for (const { done } of probes.splice(0)) done(result);
  };
  for (let round = 0; round < 3; round += 1) {
    clock.advance(70);
    answer({ kind: 'response', status: 200, rttMs: 1 });
  }
  t.equal(mirror.bindingsOf(7).length, 1);
  for (let round = 0; round < 8; round += 1) {
    clock.advance(70);
    answer({ kind: 'timeout' });
  }
  t.strictSame(registrar.bindingsOf(7), [], 'silent');
  t.strictSame(mirror.bindingsOf(7), []);
  t.equal(mirror.findBindingBySource('192.0.2.1', 5060)?.trunkId, 7);
});

t.test(
  'an address and port belong to a PBX for as long as its binding lives, also when a refresh was not told',
  async (t) => {
    const { registrar, mirror, clock } = mirrored();
    const flow = { sourceAddress: '192.0.2.1', sourcePort: 5060, expires: 300, callId: 'one' };
    register({ registrar }, { ...flow, cseq: 1 });
    clock.advance(10);
    register({ registrar }, { ...flow, cseq: 5 });
    clock.advance(295);
    t.equal(registrar.bindingsOf(7).length, 1, 'ten seconds longer than was told');
    t.equal(mirror.findBindingBySource('192.0.2.1', 5060)?.trunkId, 7);
    clock.advance(10);
    t.equal(mirror.findBindingBySource('192.0.2.1', 5060), undefined, 'until it has expired');
  },
);
