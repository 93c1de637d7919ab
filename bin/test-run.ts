import { runCli } from './run-cli.ts';

/** What a command came to. */
export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** A command in this process, as a test sees it; with `isTerminal` as a person at a terminal would. */
export async function runHere(args: readonly string[], env: Record<string, string>, isTerminal = false): Promise<Ran> {
  let [out, err] = ['', ''];
  process.exitCode = undefined;
  const ended = await runCli(args, {
    env,
    isTerminal,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  const code = process.exitCode ?? ended;
  process.exitCode = undefined;
  return { code, out, err };
}
