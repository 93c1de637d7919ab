import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { RegisterCommand } from './command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `didfarm completion`: what a shell needs to complete commands and options; made of the commands themselves. */
export const registerCompletion: RegisterCommand = (program, context) => {
  program
    .command('completion')
    .argument('<shell>', SHELLS.join(', '))
    .description('print a completion script: source <(didfarm completion bash)')
    .action((shell: string) => {
      const write = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
      if (write === undefined) throw new CliError(`there is no completion for ${shell}; there is ${SHELLS.join(', ')}`);
      context.out(write(program));
    });
};

/** What may follow the command line so far: `'trunks'` to its parts and options. */
function wordsByPath(program: Command): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, readonly string[]>();
  const visit = (command: Command, path: readonly string[]): void => {
    const options = command.options.flatMap((option) => option.long ?? []);
    words.set(path.join(' '), [...command.commands.map((part) => part.name()), ...options, '--help']);
    for (const part of command.commands) visit(part, [...path, part.name()]);
  };
  visit(program, []);
  return words;
}

function bashScript(program: Command): string {
  const cases = [...wordsByPath(program)].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  return [
    '_didfarm() {',
    '  local words path="" word current="$2"',
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    [[ $word == -* ]] || path="\${path:+$path }$word"`,
    '  done',
    '  case "$path" in',
    ...cases,
    '    *) COMPREPLY=($(compgen -f -- "$current")); return ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _didfarm didfarm',
    '',
  ].join('\n');
}

function zshScript(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`;
}

function fishScript(program: Command): string {
  const lines = [...wordsByPath(program)].flatMap(([path, words]) => {
    const seen = path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c didfarm -n '${seen}' -l ${word.slice(2)}`
        : `complete -c didfarm -f -n '${seen}' -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
