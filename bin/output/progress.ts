import type { CliContext } from '../context.ts';

/** A progress bar on stderr, drawn only for people. */
export function createProgress(context: CliContext, label: string, total: number): (done: number) => void {
  if (!context.isTerminal || total === 0) return () => undefined;
  const width = 30;
  return (done) => {
    const filled = Math.round((done / total) * width);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(width - filled)}`;
    context.err(`\r${label} [${bar}] ${done}/${total}${done >= total ? '\n' : ''}`);
  };
}
