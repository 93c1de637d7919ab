import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { changePlatformRealm, loadSecretKey, openStore, trunksOfPlatform } from '../../tenancy/index.ts';
import { DATABASE_FILE } from '../channel/places.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { refuseRunning } from './refuse-running.ts';

interface Row {
  readonly id: number;
  readonly uuid: string;
  readonly account_id: number;
  readonly name: string;
  readonly username: string;
  readonly password?: string;
}

const COLUMNS = [
  { title: 'id', value: (row: Row) => row.id, align: 'right' as const },
  { title: 'account', value: (row: Row) => row.account_id, align: 'right' as const },
  { title: 'trunk', value: (row: Row) => row.name },
  { title: 'user', value: (row: Row) => row.username },
];
const PASSWORD = { title: 'password', value: (row: Row) => row.password };

/** `didfarm realm change`: another name for the platform, whose trunks then need new passwords. */
export const registerRealm: RegisterCommand = (program, context) => {
  program
    .command('realm')
    .description('the platform realm, which is part of every password in it')
    .command('change')
    .argument('<realm>', 'the new one, such as sip.example.net')
    .option('--yes', 'do it; without it the trunks that need new passwords are listed')
    .option(...JSON_OPTION)
    .description('change the platform realm, while no server runs; exit 2 when it was only listed')
    .action(async (realm: string, options: JsonOption & { readonly yes?: boolean }) => {
      const { dataDir, secretKeyFile } = await refuseRunning(context, 'stop it first');
      const file = join(dataDir, DATABASE_FILE);
      if (!existsSync(file)) throw new CliError(`${file} does not exist: set DIDFARM_DATA_DIR to the server's`);
      const store = await openStore({ file, secretKey: loadSecretKey({ dataDir, secretKeyFile }) });
      try {
        const { platformRealm } = store;
        const made = options.yes === true ? await changePlatformRealm(store, realm, 'control') : undefined;
        const rows: readonly Row[] =
          made === undefined
            ? (await trunksOfPlatform(store)).map((trunk) => rowOf(trunk))
            : made.map(({ trunk, password }) => ({ ...rowOf(trunk), password }));
        show(context, options, rows, () => text(platformRealm, realm, rows, made !== undefined));
        if (made === undefined) process.exitCode = EXIT.differs;
      } finally {
        await store.close();
      }
    });
};

function rowOf(trunk: Omit<Row, 'account_id' | 'password'> & { readonly accountId: number }): Row {
  const { id, uuid, accountId, name, username } = trunk;
  return { id, uuid, account_id: accountId, name, username };
}

function text(before: string, after: string, rows: readonly Row[], isDone: boolean): string {
  const table = renderTable(isDone ? [...COLUMNS, PASSWORD] : COLUMNS, rows);
  if (!isDone) {
    return `${before} -> ${after}: ${rows.length} trunks would need a new password; --yes does it and shows them once\n\n${table}`;
  }
  return `${before} -> ${after}; start the server with DIDFARM_DOMAIN=${after}. New passwords, shown once:\n\n${table}`;
}
