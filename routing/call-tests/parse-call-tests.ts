import { nearest } from '../../config/index.ts';
import { REASONS } from '../../telemetry/index.ts';
import { type FilePath, type FilePlace, type PathFault, parseYaml, type YamlReader } from '../../tenancy/index.ts';
import { CallTestFileError } from './call-test-file-error.ts';
import {
  CALL_TESTS_SCHEMA,
  type CallTestCase,
  type CallTestsFile,
  type Given,
  type TestedCall,
} from './test-schema.ts';

/** One case, with what the whole file says is given. */
export interface CallTest extends FilePlace {
  readonly name: string;
  readonly given: Given;
  readonly test: CallTestCase;
}

export interface ParsedCallTests {
  readonly name: string;
  readonly tests: readonly CallTest[];
}

/** Calls that are up in one case: more ceilings than that nobody tests. */
const MOST_CALLS_UP = 2000;
/** Calls of a whole file: a bound for what one request may ask. */
const MOST_CALLS = 100_000;
/** Trunks and accounts that are named as given, in all cases together: each is looked up. */
const MOST_NAMES = 1_000_000;

const RESULTS = ['ok', 'client_error', 'server_error', 'upstream_error', 'indeterminate'];

/**
 * @param yaml who reads the text @default this thread
 * @throws CallTestFileError with every fault, each with its line and column
 */
export async function parseCallTests(text: string, name: string, yaml?: YamlReader): Promise<ParsedCallTests> {
  const parsed = await parseYaml(CALL_TESTS_SCHEMA, text, yaml);
  if (!parsed.ok) throw new CallTestFileError(name, parsed.faults);
  const { given = {}, cases } = parsed.value;
  const faults = findFaults(parsed.value);
  if (faults.length > 0) throw new CallTestFileError(name, await parsed.place(faults));
  const places = await parsed.places(cases.map((_, index) => ['cases', index]));
  const tests = cases.map((test, index) => ({
    ...(places[index] ?? { line: 1, column: 1 }),
    name: test.name,
    given: { ...given, ...test.given },
    test,
  }));
  return { name, tests };
}

/** What fits the schema, and cannot be meant. */
function findFaults({ given = {}, cases }: CallTestsFile): readonly PathFault[] {
  const faults: PathFault[] = [];
  const complain: Complain = (path, message) => faults.push({ path, message });
  checkGiven(given, ['given'], complain);
  const names = new Set<string>();
  let [calls, named] = [0, 0];
  for (const [index, test] of cases.entries()) {
    const path = ['cases', index];
    if (names.has(test.name)) complain([...path, 'name'], `another case has the name ${test.name}`);
    names.add(test.name);
    checkCase(test, path, complain);
    const all = { ...given, ...test.given };
    const up = callsUp(all);
    named += namesIn(all);
    if (up > MOST_CALLS_UP) complain([...path, 'given'], `has ${up} calls up: at most ${MOST_CALLS_UP}`);
    calls += up + 1;
  }
  if (calls > MOST_CALLS) complain(['cases'], `are ${calls} calls in all: at most ${MOST_CALLS}`);
  if (named > MOST_NAMES)
    complain(['cases'], `name ${named} trunks and accounts in all that are given: at most ${MOST_NAMES}`);
  return faults;
}

function callsUp({ calls = [] }: Given): number {
  return calls.reduce((sum, { times = 1 }) => sum + times, 0);
}

function namesIn({ offline = [], registered = [], wallet = {} }: Given): number {
  return offline.length + registered.length + Object.keys(wallet).length;
}

type Complain = (path: FilePath, message: string) => unknown;

function checkCase({ call, register, given, expect }: CallTestCase, path: FilePath, complain: Complain): void {
  if ((call === undefined) === (register === undefined)) complain(path, 'must have either call or register');
  if (call !== undefined) checkCall(call, [...path, 'call'], complain);
  if (given !== undefined) checkGiven(given, [...path, 'given'], complain);
  if (register !== undefined && register.trunk === undefined && register.username === undefined) {
    complain([...path, 'register'], 'must have trunk, or username and realm');
  }
  const places = [expect.rings, expect.carrier, expect.uri].filter((place) => place !== undefined);
  const at = [...path, 'expect'];
  if (places.length > 1) complain(at, 'a call goes to one place first: rings, carrier or uri');
  if (expect.then !== undefined && places.length === 0)
    complain([...at, 'then'], 'needs rings, carrier or uri before it');
  checkWord(expect.reason, Object.keys(REASONS), [...at, 'reason'], complain);
  checkWord(expect.result, RESULTS, [...at, 'result'], complain);
}

function checkWord(word: string | undefined, known: readonly string[], path: FilePath, complain: Complain): void {
  if (word === undefined || known.includes(word)) return;
  complain(path, `there is no ${String(path.at(-1))} ${word}${nearest(word, known)}`);
}

function checkCall({ trunk, carrier }: TestedCall, path: FilePath, complain: Complain): void {
  if (trunk !== undefined && carrier !== undefined) complain(path, 'comes from a trunk or a carrier, not both');
}

function checkGiven(given: Given, path: FilePath, complain: Complain): void {
  const { offline, registered, time, calls = [] } = given;
  if (offline !== undefined && registered !== undefined) complain(path, 'takes offline or registered, not both');
  if (time !== undefined && timeOf(time) === undefined) {
    complain([...path, 'time'], 'must be a time with its offset: 2026-11-21T19:00:00+01:00');
  }
  for (const [index, call] of calls.entries()) checkCall(call, [...path, 'calls', index], complain);
}

/** Epoch milliseconds; `undefined` without an offset: the same file must mean the same everywhere. */
export function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
