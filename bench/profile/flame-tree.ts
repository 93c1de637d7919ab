import { isCollection, isCompiling, kindOf } from './kinds.ts';
import type { Frame, Stack } from './stacks.ts';
import { stageOf } from './stages.ts';

/** A place in the code as it was reached from the one above it. */
export interface FlameNode {
  readonly name: string;
  samples: number;
  readonly children: Map<string, FlameNode>;
}

/** Where the event loop called from, by the first of these that is on the stack. */
const ENTRIES: readonly (readonly [RegExp, string])[] = [
  [/UDPWrap|uv__udp/, 'libuv: datagrams'],
  [/CheckImmediate|uv__run_check/, 'libuv: end of the turn'],
  [/RunTimers|uv__run_timers/, 'libuv: timers'],
  [/MessagePort|uv__async/, 'libuv: messages of threads'],
];

/**
 * Samples put together by how they were reached. Functions of JavaScript stand for themselves; what lies between them in
 * V8 and Node is left out, at the end it is its kind and its name.
 */
export function flameTree(stacks: readonly Stack[]): FlameNode {
  const root = newNode('all');
  for (const { frames } of stacks) {
    let node = root;
    node.samples += 1;
    for (const name of pathOf(frames)) {
      const next: FlameNode = node.children.get(name) ?? newNode(name);
      node.children.set(name, next);
      next.samples += 1;
      node = next;
    }
  }
  return root;
}

function pathOf(frames: readonly Frame[]): readonly string[] {
  const entry = ENTRIES.find(([pattern]) => frames.some(({ name }) => pattern.test(name)))?.[1] ?? 'event loop';
  if (isCollection(frames)) return ['V8: collection of garbage'];
  if (isCompiling(frames)) return ['V8: compiling'];
  const path = frames.flatMap(({ name, file }) => (file === undefined ? [] : [`${name} ${file}`])).reverse();
  const leaf = frames[0];
  if (leaf === undefined || leaf.file !== undefined) return [entry, ...path];
  if (path.length === 0) return [stageOf(frames), kindOf(leaf), leaf.name];
  return [entry, ...path, kindOf(leaf), leaf.name.replace(/\(.*$/, '').slice(0, 80)];
}

function newNode(name: string): FlameNode {
  return { name, samples: 0, children: new Map() };
}
