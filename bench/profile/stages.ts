import { isCollection, isCompiling } from './kinds.ts';
import type { Frame } from './stacks.ts';

type Stages = readonly (readonly [string, RegExp])[];

/** By any frame, whoever called: what the system does for a datagram, whose stack often ends before it comes to JavaScript. */
const OF_THE_SYSTEM: Stages = [
  ['datagrams: sent', /sys_sendm+sg/],
  ['datagrams: taken', /sys_recvmmsg/],
  ['datagrams: taken by Node, one at a time', /sys_recvmsg/],
];

/** By the innermost function of the product, as `file function`: the first that fits. */
const OF_THE_PRODUCT: Stages = [
  ['datagrams: sent', /^sip-engine\/transport\/(?:udp-outbox|transport-layer|many-datagrams\.ts (?:add|write|clear))/],
  ['datagrams: taken', /^sip-engine\/transport\//],
  ['engine: the door (who may come in, what it is)', /^sip-engine\/(?:engine-(?!direct-lane)|engine\.ts)/],
  [
    'messages: read and checked',
    /^sip-engine\/message\/(?:parse|scan|start-line|check-|head|name-addr|uri|contact-uri|params|via|validate|split|plain-|register-|chars|methods|safe-)/,
  ],
  ['messages: written', /^sip-engine\/message\//],
  ['transactions and repetitions', /^sip-engine\/(?:transaction\/|short-lived-map|slot-table)/],
  ['timers', /^sip-engine\/timer\//],
  ['dialogs', /^sip-engine\/dialog\//],
  ['where to: next hop, flow, address', /^sip-engine\/(?:resolve\/|control\/next-hop|judge-targets)/],
  ['requests and answers completed', /^sip-engine\/control\//],
  ['lane between engine and routing', /^sip-engine\/(?:lane\/|engine-direct-lane)/],
  ['random texts, clock', /^sip-engine\/system-ports/],
  ['between the workers: whose it is, hand-over', /^sip-engine\/workers\//],
  ['engine: the rest', /^sip-engine\//],
  ['routing: the legs and their bridge', /^routing\/bridge\//],
  ['routing: steps before the bridge', /^routing\//],
  ['identity and credentials', /^auth\//],
  ['bindings, REGISTER', /^registrar\//],
  ['numbers and trunks looked up', /^tenancy\/directory\//],
  ['store', /^tenancy\//],
  ['money', /^billing-hooks\//],
  ['between the threads', /^bus\//],
  ['log, metrics, stall watch', /^telemetry\/|^runtime\/sip\/call-sink/],
  ['the product around them', /^(?:runtime|config|cluster|admin|server)/],
  ['libraries', /^node_modules\//],
];

/** Where nothing of the product is on the stack: by any frame of it. */
const OF_NODE: Stages = [
  ['event loop: promises', /Microtask|processTicks/],
  ['datagrams: taken by Node, one at a time', /UDPWrap|uv__udp|onMessage/],
  ['event loop: messages of other threads', /MessagePort|uv__async/],
  ['event loop: timers', /RunTimers|processTimers|listOnTimeout|uv__run_timers/],
  ['event loop: waiting, waking up', /epoll|uv__io_poll/],
  ['memory of libc, for whom is not known', /malloc|free|unlink_chunk/],
];

/** The stage that a sample belongs to. What V8 does on its own account is nobody's, whoever it interrupted. */
export function stageOf(frames: readonly Frame[]): string {
  if (isCollection(frames)) return 'collection of garbage';
  if (isCompiling(frames)) return 'compiling';
  const called = byAnyFrame(OF_THE_SYSTEM, frames);
  if (called !== undefined) return called;
  const ours = productFrame(frames);
  if (ours === undefined) return byAnyFrame(OF_NODE, frames) ?? 'event loop: the rest';
  const place = `${ours.file} ${ours.name}`;
  return OF_THE_PRODUCT.find(([, pattern]) => pattern.test(place))?.[0] ?? 'elsewhere';
}

function byAnyFrame(stages: Stages, frames: readonly Frame[]): string | undefined {
  return stages.find(([, pattern]) => frames.some(({ name }) => pattern.test(name)))?.[0];
}

/** The innermost function of the product itself. */
export function productFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find(({ file }) => file !== undefined && !file.startsWith('node:'));
}
