// Writes docs/live-view.md: screens of simulated runs in a terminal of 80x24, captured from tmux.
// Usage: node build.mjs run scripts/live-view.ts [COST.txt], where COST.txt is the output of bench/live.ts
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const root = process.env.BUILD_ROOT ?? process.cwd();

/** Hosts, speed, and the seconds after which the screen is captured. */
const PICTURES = [
  { hosts: 1, speed: 1, afterS: 9 },
  { hosts: 20, speed: 1, afterS: 15 },
  { hosts: 200, speed: 1, afterS: 45 },
] as const;

const socket = `alloyup-live-view-${process.pid}`;
const tmux = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
  return stdout;
};

async function picture({ hosts, speed, afterS }: (typeof PICTURES)[number]): Promise<string> {
  const name = `hosts-${hosts}`;
  // already built: starting it takes no time
  const program = join(root, '.build/scripts-play-run.mjs');
  const line = `env -u CI -u NO_COLOR node ${program} ${hosts} 32 ${speed}; sleep 60`;
  tmux('new-session', '-d', '-s', name, '-x', '80', '-y', '24', line);
  try {
    await sleep(afterS * 1000);
    return tmux('capture-pane', '-p', '-t', name);
  } finally {
    tmux('kill-session', '-t', name);
  }
}

const built = spawnSync(process.execPath, ['build.mjs', 'run', 'scripts/play-run.ts', '0'], {
  cwd: root,
});
if (built.status !== 0) throw new Error(`scripts/play-run.ts does not run: ${built.stderr}`);

const pictures: string[] = [];
for (const one of PICTURES) {
  const text = (await picture(one)).trimEnd();
  const title = one.hosts === 1 ? 'One host' : `${one.hosts} hosts`;
  pictures.push(`## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
}

const [costFile] = process.argv.slice(2);
const cost = costFile === undefined ? '' : readFileSync(costFile, 'utf8').trim();
writeFileSync(
  join(root, 'docs/live-view.md'),
  `# The live view

On a terminal, a run shows a live view of the whole fleet: the phases of the run and how long they took, a progress
bar with an estimate based on the hosts that have finished, what hosts are doing or waiting for, and the latest
problems. Finished hosts scroll by above it. The view takes at most 60% of the screen, keeps its height as hosts come
and go, disappears for prompts, and leaves nothing behind. On fewer than 16 rows the phases are left out.

Plain lines are printed instead if standard output is not a terminal, with \`TERM=dumb\`, if \`CI\` is set, and with
\`-q\`, \`-v\` or \`-vv\`.

The screens below were captured from a terminal of 80 columns and 24 rows during a simulated run.
\`node build.mjs run scripts/live-view.ts\` captures them again, and \`scripts/play-run.ts 200\` plays a run for you.

${pictures.join('\n')}
## What it costs

A frame is drawn at most ten times a second, and only if it differs from the previous one. Measured with a simulated
run of 5,000 hosts by \`node build.mjs run bench/live.ts\`, on one of two busy cores of a virtual machine:

\`\`\`text
${cost}
\`\`\`
`,
);
