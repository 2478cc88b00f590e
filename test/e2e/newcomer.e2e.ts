import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { fencesOf, linesOf } from '../markdown.ts';
import { pipeline, unwatched } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { Newcomer } from './newcomer.ts';

const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
const section = /^## Install$([\s\S]*?)^## Documentation$/m.exec(readme)![1]!;

/**
 * The commands of the README in their order. Two things are replaced: the twenty hosts of the inventory
 * by three of the lab and, in `cloneRepository`, Grafana's key by the lab's. The rest is arranged around
 * the commands: names of hosts, and answers to prompts.
 */
const commands = fencesOf(section, 'sh')
  .flatMap(linesOf)
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');
const inventory = fencesOf(section, 'yaml')[0]!.replace('[01:20]', '[01:03]');

/** Answers for the wizard that lead to the same state as the README's inventory. */
const ANSWERS = `hosts: [web-01, web-02]
trust: true
user: ops
template: linux-host
metrics_url: https://prometheus.example.com/api/v1/write
logs_url: https://loki.example.com/loki/api/v1/push
version: pinned
pinned: 1.18.1
`;

describeOnHosts('the README, from a clean clone and an empty home directory', () => {
  let lab: Lab;
  let hosts: readonly [LabHost, LabHost, LabHost];
  let newcomer: Newcomer;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(3));
    const names = hosts.flatMap(({ address }, index) => [
      [`web-0${index + 1}`, { address }],
      [`web-0${index + 1}.example.com`, { address }],
    ]);
    newcomer = new Newcomer(lab, Object.fromEntries(names));
    await newcomer.cloneRepository(lab.fingerprint);
  });
  afterAll(() => newcomer?.leave());

  test('converges hosts, command by command', async () => {
    const byHand = newcomer.folder('fleet');
    const byWizard = newcomer.folder('wizard');
    writeFileSync(join(byHand, 'inventory.yaml'), inventory);
    unwatched(join(byHand, 'inventory.yaml'));
    writeFileSync(join(byHand, 'config.alloy'), pipeline());
    writeFileSync(join(byWizard, 'answers.yaml'), ANSWERS);

    const verbs: string[] = [];
    for (const line of commands) {
      const wizard = line === 'alloyup init';
      const done = line.startsWith('npm ')
        ? await newcomer.onMachine(line)
        : await newcomer.onTerminal(line, {
            cwd: wizard ? byWizard : byHand,
            // these hosts stay up: a short watch is enough
            env: { ALLOYUP_WATCH: '2', ...(wizard ? { ALLOYUP_ANSWERS: 'answers.yaml' } : {}) },
          });
      const said = stripVTControlCharacters(`${done.stdout}\n${done.stderr}`);
      expect(done.exitCode, `${line}\n${said}`).toBe(0);
      verbs.push(line.split(' ')[1]!);

      if (line === 'alloyup status') {
        for (const host of hosts)
          expect(await host.http('/-/ready')).toMatchObject({ status: 200 });
        // the wizard's inventory describes the same state
        const again = { cwd: byWizard };
        const plan = await newcomer.onTerminal('alloyup plan --detailed-exitcode', again);
        expect(plan.exitCode, plan.stdout).toBe(0);
      }
    }
    expect(verbs).toEqual(
      expect.arrayContaining(['ci', 'trust', 'init', 'plan', 'apply', 'status']),
    );
    // npm link wrote into this home directory only
    expect(existsSync(join(newcomer.home, '.local/bin/alloyup'))).toBe(true);
    // the last command was a rollback to the bare host
    for (const host of hosts) expect(await host.http('/-/ready')).toBeNull();
  });
});
