import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { type Channel, call } from '../channel/channel.ts';
import { TRUNK_ARGUMENT, trunkPath } from '../channel/find-trunk.ts';
import { type CliContext, withChannel } from '../context.ts';
import { type PbxConfig, renderPbxConfig } from '../output/pbx-config.ts';
import { JSON_OPTION, type JsonOption, show } from './command.ts';

export const PBX_OPTION = [
  '--pbx <kind>',
  '3cx, freepbx, asterisk, fusionpbx, teams, yeastar, grandstream or generic',
] as const;

interface Options extends JsonOption {
  readonly pbx: string;
  readonly out?: string;
}

/** `didfarm trunks pbx-config`: what to put into a PBX. */
export function addPbxConfig(trunks: Command, context: CliContext): void {
  trunks
    .command('pbx-config')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .option(PBX_OPTION[0], PBX_OPTION[1], 'generic')
    .option('--out <dir>', 'write the files there')
    .option(...JSON_OPTION)
    .description("the PBX's configuration for a trunk; the password is not in it, nobody here knows it")
    .action(async (trunk: string, options: Options) => {
      const work = async (channel: Channel) => {
        const path = `${await trunkPath(channel, trunk)}/pbx-config?pbx=${encodeURIComponent(options.pbx)}`;
        return call<{ data: PbxConfig }>(channel, 'GET', path);
      };
      const { data } = await withChannel(context, work);
      if (options.out !== undefined) writeFiles(data, options.out);
      show(context, options, data, () => renderPbxConfig(data));
    });
}

/** Readable by their owner alone: a password may be put into them. */
function writeFiles(config: PbxConfig, dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const { name, content } of config.files) {
    writeFileSync(join(dir, basename(name)), content, { mode: 0o600 });
  }
}
