import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type FilePath, type FilePlace, placesIn, readYaml, type YamlRead } from './yaml-document.ts';
import type { YamlAnswer, YamlQuestion } from './yaml-thread.ts';

/** Reads what people wrote, who may mean harm: nothing of it is trusted before it is read. */
export interface YamlReader {
  read(text: string): Promise<YamlRead>;
  /** Where those paths stand in the file, or what is nearest above them. */
  places(text: string, paths: readonly FilePath[]): Promise<readonly FilePlace[]>;
}

/** Reads in this thread: for programs that serve nobody else meanwhile. */
export const YAML_HERE: YamlReader = {
  read: async (text) => readYaml(text),
  places: async (text, paths) => placesIn(text, paths),
};

/** Longer texts are read apart (characters); a text of this length takes a few milliseconds here, a thread a hundred. */
const SHORT = 16_384;

export interface YamlLimits {
  /** Until a reading is given up (ms). @default 120,000 */
  readonly limitMs?: number;
  /** Memory of a reading (MiB). @default 1024 */
  readonly memoryMb?: number;
}

/**
 * Reads long texts in a thread of their own, one after the other, within bounds: others are answered meanwhile, and a
 * text that is made to take hours or all memory ends as a fault of that text.
 */
export function createYamlReader({ limitMs = 120_000, memoryMb = 1024 }: YamlLimits = {}): YamlReader {
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <A extends YamlAnswer>(question: YamlQuestion): Promise<A> => {
    const answer = before.then(() => ask(question, limitMs, memoryMb) as Promise<A>);
    before = answer.catch(() => undefined);
    return answer;
  };
  return {
    async read(text) {
      if (text.length <= SHORT) return readYaml(text);
      const answer = await inTurn<YamlAnswer>({ text });
      if ('json' in answer) return { value: JSON.parse(answer.json) as unknown };
      return 'faults' in answer ? answer : { faults: [{ line: 1, path: '', message: 'is not YAML' }] };
    },
    async places(text, paths) {
      if (text.length <= SHORT) return placesIn(text, paths);
      const answer = await inTurn<YamlAnswer>({ text, paths });
      return 'places' in answer ? answer.places : [];
    },
  };
}

function ask(question: YamlQuestion, limitMs: number, memoryMb: number): Promise<YamlAnswer> {
  // Compiled, in the published package, it is JavaScript like this file.
  const script = new URL(`./yaml-thread${extname(import.meta.filename)}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 };
  const worker = new Worker(script, { workerData: question, name: 'didfarm-yaml', resourceLimits });
  return new Promise<YamlAnswer>((resolve) => {
    const refuse = (message: string) => resolve({ faults: [{ line: 1, path: '', message }] });
    const timer = setTimeout(() => refuse(`takes longer to read than ${limitMs / 1000} s`), limitMs);
    worker.on('message', resolve);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      refuse(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `takes more than ${memoryMb} MiB of memory to read` : error.message,
      ),
    );
    worker.on('exit', (code) => {
      clearTimeout(timer);
      refuse(`could not be read (code ${code})`);
    });
  }).finally(() => worker.terminate());
}
