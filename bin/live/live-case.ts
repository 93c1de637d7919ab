import { type CallTest, type CaseReport, judge, type Observation, unfit } from '../../routing/index.ts';
import { REASONS, type Reason, reasonEntry } from '../../telemetry/index.ts';
import type { Answer, Row } from '../channel/api.ts';
import { type Channel, call } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import type { LiveCall } from './live-endpoint.ts';
import type { HeardPlace, LiveStage } from './live-stage.ts';
import { until } from './until.ts';

interface Tested {
  readonly from: string;
  readonly to: string;
  readonly private?: boolean;
}

/** A case as it was simulated, and what it takes to place it. */
export interface LiveCase {
  readonly test: CallTest;
  readonly simulated: CaseReport;
}

/** Why a running server cannot be brought to what the case says is given. */
function whyNotLive({ test }: LiveCase): string | undefined {
  if (test.given.time !== undefined) return 'given.time cannot be arranged on a running server';
  if (test.given.wallet !== undefined) return 'given.wallet cannot be arranged on a running server';
  return undefined;
}

/** Places the calls of a case for real and judges what came of the last one. */
export async function runLiveCase(channel: Channel, stage: LiveStage, live: LiveCase): Promise<CaseReport> {
  const { test, simulated } = live;
  if (simulated.got === null) return simulated;
  const reason = whyNotLive(live);
  if (reason !== undefined) return unfit(test, 'skipped', reason);
  try {
    return test.test.register === undefined
      ? await liveCall(channel, stage, live)
      : await liveRegister(channel, stage, test);
  } catch (error) {
    if (error instanceof CliError) return unfit(test, 'skipped', error.message);
    throw error;
  }
}

async function liveCall(channel: Channel, stage: LiveStage, { test, simulated }: LiveCase): Promise<CaseReport> {
  const places = simulated.got?.places ?? [];
  const isOffline = offlineOf(stage, test);
  const isThere = stage.whyNotOffline(isOffline);
  if (isThere !== undefined) return unfit(test, 'skipped', isThere);
  await stage.register(isOffline);
  for (const place of [...places, ...simulated.given_places]) {
    const why = await stage.whyNotOurs(place);
    if (why !== undefined) return unfit(test, 'skipped', why);
  }
  const up: LiveCall[] = [];
  try {
    stage.decide = () => 200;
    const given = (test.given.calls ?? []).flatMap((one) => Array.from({ length: one.times ?? 1 }, () => one));
    for (const [index, one] of given.entries()) {
      const placed = await dial(stage, one, simulated.callers[index]);
      if (placed.answer.status >= 300)
        return unfit(test, 'failed', `given call ${index + 1} got ${placed.answer.status}`);
      up.push(placed);
    }
    const heard: HeardPlace[] = [];
    const others = test.test.expect.then?.length ?? 0;
    stage.decide = (place) => {
      heard.push(place);
      return heard.length > others ? 200 : 503;
    };
    const own = test.test.call ?? { from: '', to: '' };
    const placed = await dial(stage, own, simulated.callers.at(-1));
    await placed.hangUp();
    return await judgeCall(channel, stage, { test, simulated }, placed, heard);
  } finally {
    for (const one of up) await one.hangUp();
  }
}

function offlineOf(stage: LiveStage, { given }: CallTest): (uuid: string) => boolean {
  const { offline = [], registered } = given;
  const named = new Set((registered ?? offline).map((name) => stage.named(name)?.uuid));
  return (uuid) => named.has(uuid) === (registered === undefined);
}

async function dial(stage: LiveStage, tested: Tested, caller: CaseReport['callers'][number] | undefined) {
  const trunk = caller?.trunk == null ? undefined : stage.trunks.get(caller.trunk);
  const order = { from: tested.from, to: tested.to, isPrivate: tested.private === true };
  if (trunk === undefined || trunk.auth_type === 'ip') {
    const end = await stage.callerAt(caller?.source ?? '');
    return end.call({ ...order, realm: trunk?.realm ?? stage.platformRealm });
  }
  const login = stage.identityOf(trunk);
  if (login === undefined) throw new CliError(`the password of trunk ${trunk.name} is not known`);
  return (await stage.pbx(trunk.uuid)).call({ ...order, realm: trunk.realm, login });
}

type ShownCall = Answer<'GET /calls/{id}'>;

async function judgeCall(
  channel: Channel,
  stage: LiveStage,
  { test, simulated }: LiveCase,
  { answer, callId }: LiveCall,
  heard: readonly HeardPlace[],
): Promise<CaseReport> {
  const told = warnedReason(answer.headerLines('warning'), answer.status);
  // Of strangers, and of first challenges, no record is kept.
  const isStranger = told === 'challenged' || told === 'source_unknown';
  const record = isStranger ? undefined : await findRecord(channel, callId);
  const reason = record?.reason ?? told;
  const [last] = heard.slice(-1);
  const places = heard.map(({ key }) => stage.placeOf(key, simulated.got?.places ?? []) ?? unknownPlace(stage, key));
  const got: Observation = {
    result: record?.result ?? resultOf(reason),
    reason,
    status: answer.status,
    places,
    caller_id: last?.caller ?? null,
    called: last?.called ?? null,
    direction: record?.direction ?? simulated.got?.direction ?? null,
    emergency: record?.trace.some(({ decided }) => decided.startsWith('emergency:')) ?? false,
  };
  const remedy = answer.status < 300 ? '' : (simulated.remedy ?? '');
  return judge(test, { ...simulated, got, sentence: record?.sentence ?? '', remedy, steps: record?.trace ?? [] });
}

function unknownPlace(stage: LiveStage, key: string): Observation['places'][number] {
  const trunk = key.startsWith('trunk:') ? stage.trunks.get(key.slice(6)) : undefined;
  if (trunk === undefined) return { kind: 'uri', name: key, account: null, uuid: null, targets: [key] };
  return { kind: 'trunk', name: trunk.name, account: null, uuid: trunk.uuid, targets: [] };
}

/** The record of the call, once it is written and closed. */
async function findRecord(channel: Channel, callId: string): Promise<ShownCall | undefined> {
  return until(async () => {
    const { data } = await call<{ data: readonly Row<'GET /calls'>[] }>(
      channel,
      'GET',
      '/calls?order=desc&per_page=50',
    );
    const found = data.find(({ legs }) => legs.some(({ side, call_id }) => side === 'a' && call_id === callId));
    if (found === undefined || found.ended_at === null) return undefined;
    return (await call<{ data: ShownCall }>(channel, 'GET', `/calls/${found.id}`)).data;
  });
}

type Failure = Row<'GET /registrations/failures'>;

async function liveRegister(channel: Channel, stage: LiveStage, test: CallTest): Promise<CaseReport> {
  const { trunk: named, username, realm, password = 'right', source } = test.test.register ?? {};
  const trunk = named === undefined ? undefined : stage.named(named);
  const who = { username: username ?? trunk?.username ?? '', realm: realm ?? trunk?.realm ?? stage.platformRealm };
  const known = stage.identityOf(who);
  if (password === 'right' && trunk !== undefined && known === undefined) {
    throw new CliError(`the password of trunk ${trunk.name} is not known`);
  }
  const end = source === undefined ? await stage.fresh() : await stage.callerAt(source);
  const secret = password === 'right' ? (known?.password ?? 'none') : 'not the password';
  const answer = await end.register({ ...who, password: secret }, 300);
  if (answer.status === 200) await end.register({ ...who, password: secret }, 0);
  const told = answer.status === 200 ? 'registered' : warnedReason(answer.headerLines('warning'), answer.status);
  // Before somebody has proved who it is the answer says less than the owner may know.
  const failure = Object.hasOwn(REASONS, told) ? undefined : await findFailure(channel, who);
  const reason = failure?.reason ?? told;
  const nothing = { places: [], caller_id: null, called: null, direction: null, emergency: false };
  const got = { result: resultOf(reason), reason, status: answer.status, ...nothing };
  const { sentence, remedy } = entryOf(reason);
  return judge(test, { got, sentence, remedy, steps: [], callers: [], given_places: [] });
}

/** The newest of the identity; one that fails again the same way within a minute is not kept again. */
function findFailure(channel: Channel, { username, realm }: Pick<Failure, 'username' | 'realm'>) {
  return until(async () => {
    const { data } = await call<{ data: readonly Failure[] }>(channel, 'GET', '/registrations/failures?per_page=50');
    return data.find((one) => one.username === username && one.realm === realm);
  });
}

/** `399 realm "reason"`; a first challenge has none. */
function warnedReason(lines: readonly string[], status: number): string {
  const told = lines.map((line) => /^399 \S+ "([^"]*)"/.exec(line)?.[1]).find((reason) => reason !== undefined);
  if (told !== undefined) return told;
  return status === 401 || status === 407 ? 'challenged' : status < 300 ? 'answered' : String(status);
}

function entryOf(reason: string) {
  const nothing = { result: 'indeterminate', sentence: '', remedy: '' };
  return Object.hasOwn(REASONS, reason) ? reasonEntry(reason as Reason) : nothing;
}

function resultOf(reason: string): string {
  return entryOf(reason).result;
}
