import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { call } from '../channel/channel.ts';
import { DATABASE_FILE } from '../channel/places.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import type { RegisterCommand } from './command.ts';
import { refuseRunning } from './refuse-running.ts';

/** `didfarm backup`, `restore`, `migrate`, `reload`. */
export const registerMaintenance: RegisterCommand = (program, context) => {
  program
    .command('backup')
    .argument('<file>', 'a new file; the key that opens it is not in it')
    .description('write a consistent copy of the database, also while the server runs')
    .action(async (file: string) => {
      const target = resolve(file);
      if (existsSync(target)) throw new CliError(`${target} exists already`);
      const { data } = await withChannel(context, (channel) =>
        call<{ data: { bytes: number } }>(channel, 'POST', '/maintenance/backup', { file: target }),
      );
      context.out(`${target}: ${data.bytes} bytes; keep the secret key of the data directory with it\n`);
    });
  program
    .command('restore')
    .argument('<file>', 'a copy that backup made')
    .option('--yes', 'replace the database that is there')
    .description('put a copy in place of the database, while no server runs')
    .action(async (file: string, options: { readonly yes?: boolean }) => {
      await restore(context, resolve(file), options.yes === true);
      context.out('restored\n');
    });
  program
    .command('migrate')
    .description('bring the schema of the database forward, while no server runs; serve does the same')
    .action(async () => {
      await refuseRunning(context, 'the server does this at its start');
      await withChannel(context, async () => undefined);
      context.out('the schema is up to date\n');
    });
  program
    .command('reload')
    .description('publish to SIP at once what was changed by hand in SQL')
    .action(async () => {
      await withChannel(context, (channel) => call(channel, 'POST', '/maintenance/reload', {}));
      context.out('published\n');
    });
};

/**
 * The copy is opened first, under the key that is here, so that nothing is replaced by what cannot be read; then
 * it takes the place by renaming. The old database stays beside it.
 */
async function restore(context: CliContext, file: string, mayReplace: boolean): Promise<void> {
  if (!existsSync(file)) throw new CliError(`${file} does not exist`);
  const config = await refuseRunning(context, 'stop it first');
  const target = join(config.dataDir, DATABASE_FILE);
  if (existsSync(target) && !mayReplace) throw new CliError(`${target} is there already; --yes replaces it`);
  const { loadSecretKey, openStore } = await import('../../tenancy/index.ts');
  const { dataDir, secretKeyFile } = config;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secretKey = loadSecretKey({ dataDir, secretKeyFile });
  const draft = `${target}.restore`;
  try {
    copyFileSync(file, draft);
    await (await openStore({ file: draft, secretKey, platformRealm: config.domain })).close();
    // Opened and closed, the old one has no write-ahead log left that could be taken for the new one's.
    if (existsSync(target)) await (await openStore({ file: target, secretKey, platformRealm: config.domain })).close();
    if (existsSync(target)) renameSync(target, `${target}.before-restore`);
    renameSync(draft, target);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '.lock', '.pid']) rmSync(`${draft}${suffix}`, { force: true });
  }
}
