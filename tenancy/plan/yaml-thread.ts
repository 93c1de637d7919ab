import { parentPort, workerData } from 'node:worker_threads';
import type { FileFault } from './tenant-file-error.ts';
import { type FilePath, type FilePlace, placesIn, readYaml } from './yaml-document.ts';

/** A text to be read; with paths, where those stand in it. */
export interface YamlQuestion {
  readonly text: string;
  readonly paths?: readonly FilePath[];
}

/** The values as JSON, which crosses between threads at the cost of a copy. */
export type YamlAnswer =
  | { readonly json: string }
  | { readonly faults: readonly FileFault[] }
  | { readonly places: readonly FilePlace[] };

function answer({ text, paths }: YamlQuestion): YamlAnswer {
  if (paths !== undefined) return { places: placesIn(text, paths) };
  const read = readYaml(text);
  return 'faults' in read ? { faults: read.faults } : { json: JSON.stringify(read.value, toJson) ?? 'null' };
}

/** JSON has no word for these numbers, and no field takes them: the text is refused with its place. */
function toJson(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

parentPort?.postMessage(answer(workerData as YamlQuestion));
