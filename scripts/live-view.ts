// Writes docs/live-view.md: what a terminal of 80x24 shows of simulated runs, captured from tmux.
// usage: node build.mjs run scripts/live-view.ts [COST.txt], where COST.txt is what bench/live.ts printed
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const root = process.env.ALLOYUP_ROOT ?? process.cwd();

/** Hosts, how much faster than a fleet, and the seconds after which the picture is taken. */
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
  // built once, before the clock runs
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

On a terminal, a run is shown as it goes: lines of hosts that are done scroll by, and under them stands one view
of the whole fleet. It holds the phases of the run with what each took, a bar with an estimate from the hosts that
have finished, what hosts are busy with and what they wait for, and the last problems. It takes at most six tenths of
the screen, keeps its height while hosts come and go, goes away for questions, and leaves nothing behind. On fewer than
16 rows the phases give way to hosts.

There is no view, only lines one after the other, where standard output is no terminal, with \`TERM=dumb\`, where
\`CI\` is set, and with \`-q\`, \`-v\` or \`-vv\`.

The pictures are captures of a terminal of 80 columns and 24 rows that plays a simulated run
(\`node build.mjs run scripts/live-view.ts\` makes them again; \`scripts/play-run.ts 200\` plays one).

${pictures.join('\n')}
## What it costs

A frame is drawn ten times a second at most, and only when it differs from the one before. Playing a simulated run
of 5,000 hosts (\`node build.mjs run bench/live.ts\`, on one of two busy cores of a virtual machine):

\`\`\`text
${cost}
\`\`\`
`,
);
