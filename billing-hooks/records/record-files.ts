import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seqOfLine } from './record-line.ts';

/** A file is followed by the next one of the day beyond this. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Longer than any line (bytes). */
const TAIL_BYTES = 65_536;

/** A line with the number that orders it. */
export interface NumberedLine {
  readonly seq: number;
  readonly line: string;
}

/**
 * Files of one stream: `2026-11-21.jsonl`, then `2026-11-21.1.jsonl` when that is full, by UTC. Lines are on disk when
 * `append` resolves. What a crash cut off is taken out again, and lines that are there already are not written twice.
 */
export class RecordFiles {
  readonly #folder: string;
  readonly #mostBytes: number;
  #lastSeq: number | undefined;

  constructor(folder: string, mostBytes = MOST_BYTES) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** @throws Error of the file system */
  async append(lines: readonly NumberedLine[], nowMs: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const lastSeq = this.#lastSeq ?? (await this.#repair());
    const fresh = lines.filter(({ seq }) => seq > lastSeq);
    if (fresh.length > 0) await this.#write(fresh.map(({ line }) => line).join(''), nowMs);
    // Only now: after a fault the end of the file is looked at anew.
    this.#lastSeq = fresh.at(-1)?.seq ?? lastSeq;
  }

  async #write(text: string, nowMs: number): Promise<void> {
    this.#lastSeq = undefined;
    const file = await open(join(this.#folder, await this.#currentName(nowMs)), 'a', 0o600);
    try {
      await file.appendFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #currentName(nowMs: number): Promise<string> {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const ofDay = (await this.#names()).filter((name) => name.startsWith(`${day}.`)).at(-1);
    if (ofDay === undefined) return `${day}.jsonl`;
    if ((await this.#sizeOf(ofDay)) < this.#mostBytes) return ofDay;
    return `${day}.${numberOf(ofDay) + 1}.jsonl`;
  }

  /** Cuts off a line that was not finished. @returns the number of the last whole line */
  async #repair(): Promise<number> {
    for (const name of (await this.#names()).reverse()) {
      const file = await open(join(this.#folder, name), 'r+');
      try {
        const { size } = await file.stat();
        if (size === 0) continue;
        const start = Math.max(0, size - TAIL_BYTES);
        const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
        const tail = buffer.subarray(0, bytesRead);
        const end = tail.lastIndexOf(10) + 1;
        if (end < bytesRead) await file.truncate(start + end);
        const seq = seqOfLine(tail.toString('utf8', 0, end).trimEnd().split('\n').at(-1) ?? '');
        if (seq > 0) return seq;
      } finally {
        await file.close();
      }
    }
    return 0;
  }

  async #sizeOf(name: string): Promise<number> {
    const file = await open(join(this.#folder, name), 'r');
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  /** In the order they were written. */
  async #names(): Promise<string[]> {
    const names = (await readdir(this.#folder)).filter((name) => /^\d{4}-\d\d-\d\d(\.\d+)?\.jsonl$/.test(name));
    return names.sort((a, b) => a.slice(0, 10).localeCompare(b.slice(0, 10)) || numberOf(a) - numberOf(b));
  }
}

/** 0 for the first of a day. */
function numberOf(name: string): number {
  return Number(/^\d{4}-\d\d-\d\d\.(\d+)\./.exec(name)?.[1] ?? 0);
}
