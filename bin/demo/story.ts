import type { DemoTrunk } from '../../tenancy/index.ts';
import { CliError } from '../cli-error.ts';
import { type CarrierCall, DemoCarrier } from './carrier.ts';
import type { WireNote } from './endpoint.ts';
import { renderLadder } from './ladder.ts';
import { DemoPbx } from './pbx.ts';
import type { DemoProduct } from './product.ts';

/** Told as the story goes: a chapter begins, something was seen. */
export interface Narrator {
  chapter(title: string): void;
  say(text: string): void;
  print(text: string): void;
}

/** No message for so long: the call is over on both sides (ms). */
const QUIET_MS = 200;
const CALLER = '+4915112345678';

interface Cast {
  readonly acme: DemoPbx;
  readonly beta: DemoPbx;
  readonly carrier: DemoCarrier;
  readonly acmeTrunk: DemoTrunk;
  readonly betaTrunk: DemoTrunk;
  readonly notes: WireNote[];
}

/** The whole story, checked at every turn. @throws {CliError} as soon as something is not as it must be. */
export async function playStory(product: DemoProduct, narrator: Narrator): Promise<void> {
  const cast = await assemble(product);
  try {
    await registerBoth(cast, narrator);
    await callBoth(cast, narrator);
    await reachCeiling(cast, narrator);
    await unregister(cast, narrator);
  } finally {
    for (const actor of [cast.acme, cast.beta, cast.carrier]) actor.close();
  }
}

async function assemble(product: DemoProduct): Promise<Cast> {
  const notes: WireNote[] = [];
  const trunks = product.world.accounts.flatMap((account) => account.trunks);
  const trunkOf = (name: string) => {
    const trunk = trunks.find((candidate) => candidate.name === name);
    if (trunk === undefined) throw new CliError(`the demo world has no trunk ${name}`);
    return trunk;
  };
  const acmeTrunk = trunkOf('Acme Corp');
  const betaTrunk = trunkOf('Beta Services');
  const openPbx = (trunk: DemoTrunk) =>
    DemoPbx.open({ name: trunk.name, server: product.sip, realm: trunk.realm, credentials: trunk, notes });
  return {
    acme: await openPbx(acmeTrunk),
    beta: await openPbx(betaTrunk),
    carrier: await DemoCarrier.open(product.world.carrier.source, product.sip, notes),
    acmeTrunk,
    betaTrunk,
    notes,
  };
}

async function registerBoth(cast: Cast, narrator: Narrator): Promise<void> {
  narrator.chapter('Two PBXes register, each with its own trunk');
  for (const [pbx, trunk] of [
    [cast.acme, cast.acmeTrunk],
    [cast.beta, cast.betaTrunk],
  ] as const) {
    expect(await pbx.register(300), 200, `REGISTER of ${trunk.name}`);
    narrator.say(`${trunk.name} registered as ${trunk.username}@${trunk.realm}`);
  }
}

async function callBoth(cast: Cast, narrator: Narrator): Promise<void> {
  narrator.chapter('The carrier calls their numbers');
  const from = cast.notes.length;
  await talk(cast, cast.acme, didOf(cast.acmeTrunk), narrator);
  await untilQuiet(cast.notes);
  const ladder = cast.notes.slice(from);
  await talk(cast, cast.beta, didOf(cast.betaTrunk), narrator);
  narrator.chapter('The first of these calls, message by message');
  narrator.print(renderLadder(ladder, 'carrier', cast.acmeTrunk.name));
}

async function talk(cast: Cast, pbx: DemoPbx, did: string, narrator: Narrator): Promise<void> {
  const before = pbx.rung.length;
  const call = await cast.carrier.call(did, CALLER);
  expect(call.status, 200, `call to ${did}`);
  if (pbx.rung.length !== before + 1) throw new CliError(`the call to ${did} rang another PBX`);
  expect(await call.hangUp(), 200, `BYE of the call to ${did}`);
  narrator.say(`${did} rang its PBX (which saw ${pbx.rung.at(-1)}), was answered and hung up`);
}

async function reachCeiling(cast: Cast, narrator: Narrator): Promise<void> {
  const ceiling = cast.acmeTrunk.max_in;
  if (ceiling === null) throw new CliError(`${cast.acmeTrunk.name} has no ceiling in this demo world`);
  narrator.chapter(`${cast.acmeTrunk.name} may have ${ceiling} calls at a time`);
  const calls: CarrierCall[] = [];
  for (let n = 1; n <= ceiling; n += 1) {
    const call = await cast.carrier.call(didOf(cast.acmeTrunk), `+49151000000${n}`);
    expect(call.status, 200, `call ${n}`);
    calls.push(call);
    narrator.say(`call ${n}: answered`);
  }
  const refused = await cast.carrier.call(didOf(cast.acmeTrunk), CALLER);
  expect(refused.status, 486, `call ${ceiling + 1}`);
  narrator.say(`call ${ceiling + 1}: ${refused.status} ${refused.reasonPhrase} (${refused.why.join('; ')})`);
  const other = await cast.carrier.call(didOf(cast.betaTrunk), CALLER);
  expect(other.status, 200, 'a call to the other trunk meanwhile');
  narrator.say(`${cast.betaTrunk.name} is not concerned: answered`);
  for (const call of [...calls, other]) expect(await call.hangUp(), 200, 'BYE');
}

async function unregister(cast: Cast, narrator: Narrator): Promise<void> {
  narrator.chapter('The PBXes unregister');
  expect(await cast.acme.register(0), 200, 'unregistering');
  expect(await cast.beta.register(0), 200, 'unregistering');
  const call = await cast.carrier.call(didOf(cast.acmeTrunk), CALLER);
  expect(call.status, 480, 'call to an unregistered trunk');
  narrator.say(`a call to ${didOf(cast.acmeTrunk)} now: ${call.status} ${call.reasonPhrase} (${call.why.join('; ')})`);
}

/** The last messages of a call may still be under way to the other side. */
async function untilQuiet(notes: readonly WireNote[]): Promise<void> {
  for (let seen = -1; seen !== notes.length; ) {
    seen = notes.length;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}

function didOf(trunk: DemoTrunk): string {
  const [did] = trunk.dids;
  if (did === undefined) throw new CliError(`${trunk.name} has no number`);
  return did;
}

function expect(seen: number, wanted: number, what: string): void {
  if (seen !== wanted) throw new CliError(`${what}: ${wanted} was expected, ${seen} came`);
}
