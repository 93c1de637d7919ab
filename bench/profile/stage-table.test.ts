import t from 'tap';
import { flameSvg } from './flame-svg.ts';
import { flameTree } from './flame-tree.ts';
import type { Frame, Stack } from './stacks.ts';
import { stageTable } from './stage-table.ts';
import { stageOf } from './stages.ts';

const script = (name: string, file: string): Frame => ({ name, file, from: '/tmp/perf-1.map' });
const native = (name: string, from = '/usr/bin/node'): Frame => ({ name, file: undefined, from });
const stack = (...frames: readonly Frame[]): Stack => ({ thread: 1, frames });

const WRITE = script('put', 'sip-engine/message/write-message.ts');
const STEP = script('bridgeLegs', 'routing/bridge-legs.ts');
const NODE = script('onMessage', 'node:dgram');

t.test('a sample belongs to the innermost function of the product, whatever V8 and Node do below it', async (t) => {
  t.equal(
    stageOf([native('Builtins_StringAdd'), script('write', 'node:buffer'), WRITE, STEP, NODE]),
    'messages: written',
  );
  t.equal(stageOf([STEP, WRITE]), 'routing: steps before the bridge');
});

t.test('a collection is nobody’s, and what the system does for a datagram is the datagram’s', async (t) => {
  t.equal(stageOf([native('v8::internal::Scavenger::Process'), WRITE]), 'collection of garbage');
  t.equal(
    stageOf([native('udp_sendmsg', '[kernel.kallsyms]'), native('__x64_sys_sendmmsg'), WRITE]),
    'datagrams: sent',
  );
  t.equal(stageOf([native('uv__io_poll'), native('uv_run')]), 'event loop: waiting, waking up');
});

t.test('the table has the microseconds of all samples, by stage and by kind of the innermost code', async (t) => {
  const stacks = [
    ...Array.from({ length: 3 }, () => stack(WRITE, NODE)),
    stack(native('Builtins_StringAdd'), STEP, NODE),
  ];
  const lines = stageTable(stacks, 80).split('\n');
  t.match(lines[2], /^\| messages: written \| 60\.0 \| 60\.0 \|/);
  t.match(lines[3], /^\| routing: steps before the bridge \| 20\.0 \| {2}\| 20\.0 \|/);
  t.match(lines[4], /^\| \*\*together\*\* \| 80\.0 \| 60\.0 \| 20\.0 \|/);
});

t.test('the flame graph has what called above what was called, and leaves out what is too narrow to see', async (t) => {
  const stacks = [...Array.from({ length: 999 }, () => stack(WRITE, STEP)), stack(NODE)];
  const svg = flameSvg(flameTree(stacks), 'a < b');
  t.match(svg, /<title>a &lt; b<\/title>/);
  const rowOf = (name: string) => Number(new RegExp(`y="(\\d+)"[^>]*><title>${name} `).exec(svg)?.[1]);
  t.ok(rowOf('bridgeLegs routing/bridge-legs.ts') < rowOf('put sip-engine/message/write-message.ts'));
  t.notMatch(svg, /onMessage/);
});
