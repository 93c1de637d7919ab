import type { DidRecord } from '../../../bus/index.ts';
import { digestTrunk } from '../../../registrar/fixtures.ts';
import { accountRecord, didRecord } from '../../../tenancy/index.ts';
import type { MatrixCase } from './matrix-case.ts';
import { DID, type MatrixWorld, matrixWorld } from './matrix-world.ts';

/** An account with a trunk and its number, which takes messages unless the case says otherwise. */
function texting(did: Partial<DidRecord> = { smsEnabled: true }): MatrixWorld {
  const destination = { kind: 'trunk', trunkId: 7 } as const;
  return matrixWorld({
    trunks: [digestTrunk({ id: 7 })],
    delta: {
      accounts: [accountRecord({ id: 1 })],
      dids: [didRecord({ id: 1, number: DID, destination, ...did })],
    },
  });
}

/** A MESSAGE after which the last counted reason must be that of the case. */
const messages = (
  reason: MatrixCase['reason'],
  run: (world: MatrixWorld) => unknown,
  create: () => MatrixWorld = texting,
): MatrixCase => ({ reason, kind: 'MESSAGE', create, run: async (world) => run(world) });

/** One that comes for the number, whose registered PBX answers so. */
const brought = (reason: MatrixCase['reason'], status: number): MatrixCase => ({
  ...messages(reason, (world) => {
    world.messages.farEnd = status;
    return world.messages.bring(DID);
  }),
  prepare: (world) => world.register(),
});

export const MESSAGE_CASES: readonly MatrixCase[] = [
  messages('message_accepted', (world) => world.messages.send(DID)),
  messages(
    'sms_disabled',
    (world) => world.messages.send(DID),
    () => texting({}),
  ),
  messages('unsupported_content', (world) => world.messages.send(DID, '<b>Hello</b>', 'text/html')),
  messages('message_too_long', (world) => world.messages.send(DID, 'x'.repeat(7000))),
  brought('message_delivered', 200),
  brought('message_refused', 405),
  messages('no_pbx', (world) => world.messages.bring('+31201234599')),
];
