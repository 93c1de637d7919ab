import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import type { Narrator } from '../demo/story.ts';
import type { RegisterCommand } from './command.ts';

/** `didfarm demo`: the whole story by itself, on free ports, leaving nothing behind. */
export const registerDemo: RegisterCommand = (program, context) => {
  program
    .command('demo')
    .description('play the whole story by itself: two PBXes, calls, a ceiling, a ladder')
    .action(async () => {
      const [{ startProduct }, { playStory }] = await Promise.all([
        import('../demo/product.ts'),
        import('../demo/story.ts'),
      ]);
      const narrator = createNarrator(context);
      narrator.chapter('didfarm starts, with an empty data directory');
      const product = await startProduct();
      let code = 1;
      try {
        const { host, port } = product.world.sip;
        narrator.say(`SIP on ${host}:${port}, API ${product.world.api}`);
        await playStory(product, narrator);
      } finally {
        narrator.chapter('didfarm stops');
        code = await product.stop();
      }
      if (code !== 0) throw new CliError(`the server ended with code ${code}`);
      narrator.say('it drained and ended with code 0');
      context.out('\nAll of it worked. Now your own: didfarm serve, then look at demo.json\n');
    });
};

const CHAPTERS = 7;

function createNarrator(context: CliContext): Narrator {
  let chapter = 0;
  return {
    chapter: (title) => {
      chapter += 1;
      context.out(`\n[${chapter}/${CHAPTERS}] ${title}\n`);
    },
    say: (text) => context.out(`      ${text}\n`),
    print: (text) => context.out(`\n${text.replace(/^/gm, '      ').trimEnd()}\n`),
  };
}
