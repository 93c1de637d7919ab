import { FundsKeeper } from '../../billing-hooks/index.ts';
import type { FundsUpdate, TrunkRecord } from '../../bus/index.ts';
import type { Step, TraceLine } from '../../telemetry/index.ts';
import type { CallContext } from '../call-context.ts';
import { CallFundsWatch } from '../call-funds.ts';
import { applyDialPlan } from '../numbers/dial-plan.ts';
import { e164Candidates } from '../numbers/e164.ts';
import {
  type CallOutcome,
  type CallPlace,
  CallSimulator,
  firstAddress,
  GivenBindings,
  type ImaginedCall,
  simulateRegister,
} from '../simulate/index.ts';
import { type CallTestWorld, CaseError } from './call-test-world.ts';

import type { Names } from './names.ts';
import type { Observation, ObservedPlace } from './observation.ts';
import { type CallTest, timeOf } from './parse-call-tests.ts';
import type { Given, TestedCall, TestedRegister } from './test-schema.ts';

/** Where a simulated REGISTER comes from when nobody says (RFC 5737). */
const SOMEWHERE = '198.51.100.77';

/** Who a case's call comes from, so that it can be placed for real as well. */
export interface CaseCaller {
  readonly trunk: string | null;
  readonly source: string;
}

export interface CaseRun {
  readonly got: Observation;
  readonly sentence: string;
  readonly remedy: string;
  readonly steps: readonly TraceLine[];
  /** Of each call that is placed, those given before the case's own; none of a REGISTER. */
  readonly callers: readonly CaseCaller[];
  /** Where the calls that are given may go. */
  readonly given_places: readonly ObservedPlace[];
}

/** Runs one case through the steps. @throws CaseError when it cannot be set up */
export function runCase(
  world: CallTestWorld,
  names: Names,
  steps: readonly Step<CallContext>[],
  { given, test }: CallTest,
): CaseRun {
  const atMs = given.time === undefined ? world.nowMs() : (timeOf(given.time) ?? world.nowMs());
  if (test.register !== undefined) return runRegister(world, names, test.register, atMs);
  const { call } = test;
  if (call === undefined) throw new CaseError('has neither call nor register');
  const bindings = new GivenBindings(world.directory, offlineOf(given, names));
  const { directory, calls: config } = world;
  const simulator = new CallSimulator(
    { directory, bindings, config, funds: fundsOf(world, names, given, atMs), nowMs: () => atMs },
    steps,
  );
  const imagine = (tested: TestedCall) => imagined(world, names, bindings, tested);
  const givenPlaces: ObservedPlace[] = [];
  const callers = (given.calls ?? []).flatMap((up, index) => {
    const imaginedCall = imagine(up);
    const times = up.times ?? 1;
    for (let time = 0; time < times; time += 1) {
      const { status, reason, places } = simulator.place(`given ${index} ${time}`, imaginedCall);
      if (status >= 300) throw new CaseError(`given.calls[${index}] would not be up: ${status} ${reason}`);
      givenPlaces.push(...places.map((place) => observePlace(place, names)));
    }
    return Array.from({ length: times }, () => callerOf(imaginedCall));
  });
  const own = imagine(call);
  const outcome = simulator.place('case', own);
  const all = [...callers, callerOf(own)];
  return { got: observe(outcome, names), ...reasonsOf(outcome, names), callers: all, given_places: givenPlaces };
}

/** How it came to be; of a call that would reach another tenant that is theirs to know. */
function reasonsOf({ sentence, remedy, steps, places }: CallOutcome, names: Names) {
  return places.some((place) => isForeign(place, names))
    ? { sentence: 'The call would go to another tenant.', remedy: '', steps: [] }
    : { sentence, remedy, steps };
}

function callerOf({ trunk, source = '' }: ImaginedCall): CaseCaller {
  return { trunk: trunk?.uuid ?? null, source };
}

function offlineOf({ offline = [], registered }: Given, names: Names): (trunkId: number) => boolean {
  const ids = new Set((registered ?? offline).map((name) => names.trunk(name).id));
  return registered === undefined ? (id) => ids.has(id) : (id) => !ids.has(id);
}

/** The call as it would arrive. A tenant learns nothing of numbers that are not its own. */
function imagined(world: CallTestWorld, names: Names, bindings: GivenBindings, call: TestedCall): ImaginedCall {
  const trunk = call.trunk === undefined ? undefined : names.trunk(call.trunk);
  const carrier = call.carrier === undefined ? undefined : names.carrier(call.carrier);
  if (world.visible !== null) refuseForeign(world, names, call, trunk);
  const source = call.source ?? sourceOf(world, trunk, carrier?.sources, bindings);
  const byAddress = carrier !== undefined && world.directory.findCarrierBySource(source)?.id === carrier.id;
  return {
    from: call.from,
    to: call.to,
    source,
    trunk,
    carrier: byAddress ? undefined : carrier,
    ...(call.private === undefined ? {} : { isPrivate: call.private }),
  };
}

function sourceOf(
  { directory }: CallTestWorld,
  trunk: TrunkRecord | undefined,
  carrierSources: readonly string[] | undefined,
  bindings: GivenBindings,
): string {
  if (carrierSources !== undefined) return firstAddress(carrierSources) ?? '';
  if (trunk !== undefined) return bindings.bindingsOf(trunk.id)[0]?.sourceAddress ?? firstAddress(trunk.sources) ?? '';
  const known = directory.carriers().filter(({ enabled }) => enabled);
  return known.map(({ sources }) => firstAddress(sources)).find((address) => address !== undefined) ?? '';
}

function refuseForeign(world: CallTestWorld, names: Names, call: TestedCall, trunk: TrunkRecord | undefined): void {
  const { directory } = world;
  const known = trunk === undefined && call.source !== undefined ? directory.findIpTrunks(call.source) : [];
  if (known.some(({ accountId }) => !names.canSee(accountId)))
    throw new CaseError(`the address ${call.source} is none of yours`);
  const country =
    trunk === undefined ? null : (trunk.country ?? directory.getAccount(trunk.accountId)?.country ?? null);
  const dialled = applyDialPlan(trunk?.routing?.dialPlan, call.to);
  const readings = [...e164Candidates(dialled, country), dialled];
  const did = readings.map((number) => directory.findDid(number)).find((found) => found !== undefined);
  if (did === undefined ? trunk !== undefined : names.canSee(did.accountId)) return;
  throw new CaseError(`the number ${call.to} is none of yours`);
}

/** The wallets as they are stored, but for those that the case says otherwise of. */
function fundsOf(
  world: CallTestWorld,
  names: Names,
  { wallet = {} }: Given,
  nowMs: number,
): CallFundsWatch | undefined {
  const { funds, directory } = world;
  const wanted = new Map(Object.entries(wallet).map(([name, amount]) => [`account:${names.account(name).id}`, amount]));
  for (const key of wanted.keys()) {
    if (funds?.purses.some((purse) => purse.key === key && purse.deckId !== null) === true) continue;
    throw new CaseError('given.wallet decides nothing: the account has no price list for its calls');
  }
  if (funds === undefined) return undefined;
  const purses = funds.purses.map((purse) => {
    const amount = wanted.get(purse.key);
    return amount === undefined ? purse : { ...purse, balanceMicros: Math.round(amount * 1_000_000) };
  });
  return watchOf({ ...funds, purses }, directory, nowMs);
}

function watchOf(update: FundsUpdate, directory: CallTestWorld['directory'], nowMs: number): CallFundsWatch {
  const keeper = new FundsKeeper();
  keeper.apply(update);
  return new CallFundsWatch({
    keeper,
    directory,
    clock: { now: () => nowMs, after: () => () => undefined },
    hangUp: () => undefined,
    onAlarm: () => undefined,
    onEnding: () => undefined,
  });
}

function observe({ result, reason, status, places, direction, isEmergency }: CallOutcome, names: Names): Observation {
  const [first] = places;
  return {
    result,
    reason,
    status,
    places: places.map((place) => observePlace(place, names)),
    caller_id: first?.callerId ?? null,
    called: first?.called ?? null,
    direction,
    emergency: isEmergency,
  };
}

function observePlace(place: CallPlace, names: Names): ObservedPlace {
  const { kind, name, accountId, uuid, targets } = place;
  if (isForeign(place, names)) return { kind, name: 'another tenant', account: null, uuid: null, targets: [] };
  return { kind, name, account: names.accountName(accountId), uuid, targets };
}

function isForeign({ accountId }: CallPlace, names: Names): boolean {
  return accountId !== null && !names.canSee(accountId);
}

function runRegister(world: CallTestWorld, names: Names, register: TestedRegister, nowMs: number): CaseRun {
  const { directory } = world;
  const named = register.trunk === undefined ? undefined : names.trunk(register.trunk);
  const realm = register.realm ?? named?.realm ?? directory.platformRealm;
  const username = register.username ?? named?.username ?? '';
  const isItself = username === named?.username && realm === named.realm;
  const found = isItself ? named : directory.findCredential(username, realm);
  // Whether somebody else's user name exists is told to nobody, whatever trunk is said to try it.
  const owner = found?.accountId ?? directory.findRealm(realm)?.accountId ?? null;
  if (!names.canSee(owner)) throw new CaseError(`${username}@${realm} is none of yours`);
  const knows = register.password === 'wrong' ? undefined : (named ?? found);
  const source = register.source ?? SOMEWHERE;
  const simulated = simulateRegister({ ...world, nowMs: () => nowMs }, { username, realm, knows, source });
  const { result, reason, status, sentence, remedy, steps } = simulated;
  const nobody = { places: [], caller_id: null, called: null, direction: null, emergency: false };
  return { got: { result, reason, status, ...nobody }, sentence, remedy, steps, callers: [], given_places: [] };
}
