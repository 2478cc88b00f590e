import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { fencesOf, linesOf } from '../markdown.ts';
import { pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { Newcomer } from './newcomer.ts';

const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
const section = /^## Use it$([\s\S]*?)^## /m.exec(readme)![1]!;

/**
 * What a newcomer types, as the README has it, in its order. One thing is put in the place of another:
 * the lab has three hosts for the twenty of the inventory (in `cloneRepository`, also its own key for
 * Grafana's). The rest is made true around the commands: names, and answers to questions.
 */
const commands = fencesOf(section, 'sh')
  .flatMap(linesOf)
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');
const inventory = fencesOf(section, 'yaml')[0]!.replace('[01:20]', '[01:03]');

/** What the wizard is told: as the inventory that is written by hand. */
const ANSWERS = `hosts: [web-01, web-02]
trust: true
user: ops
template: linux-host
metrics_url: https://prometheus.example.com/api/v1/write
logs_url: https://loki.example.com/loki/api/v1/push
version: pinned
pinned: 1.18.1
`;

describeOnHosts('the README’s way, from a clean clone and an empty home', () => {
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

  test('leads to converged hosts, command by command', async () => {
    const byHand = newcomer.folder('fleet');
    const byWizard = newcomer.folder('wizard');
    writeFileSync(join(byHand, 'inventory.yaml'), inventory);
    writeFileSync(join(byHand, 'config.alloy'), pipeline());
    writeFileSync(join(byWizard, 'answers.yaml'), ANSWERS);

    const verbs: string[] = [];
    for (const line of commands) {
      const wizard = line === 'alloyup init';
      const done = line.startsWith('npm ')
        ? await newcomer.onMachine(line)
        : await newcomer.onTerminal(line, {
            cwd: wizard ? byWizard : byHand,
            // the hosts are good ones: nobody needs to look at them for long
            env: { ALLOYUP_WATCH: '2', ...(wizard ? { ALLOYUP_ANSWERS: 'answers.yaml' } : {}) },
          });
      const said = stripVTControlCharacters(`${done.stdout}\n${done.stderr}`);
      expect(done.exitCode, `${line}\n${said}`).toBe(0);
      verbs.push(line.split(' ')[1]!);

      if (line === 'alloyup status') {
        for (const host of hosts)
          expect(await host.http('/-/ready')).toMatchObject({ status: 200 });
        // what the wizard wrote is the same wish
        const again = { cwd: byWizard };
        const plan = await newcomer.onTerminal('alloyup plan --detailed-exitcode', again);
        expect(plan.exitCode, plan.stdout).toBe(0);
      }
    }
    expect(verbs).toEqual(
      expect.arrayContaining(['ci', 'trust', 'init', 'plan', 'apply', 'status']),
    );
    // nothing was linked outside of the home
    expect(existsSync(join(newcomer.home, '.local/bin/alloyup'))).toBe(true);
    // the last word was a rollback: as on the first day
    for (const host of hosts) expect(await host.http('/-/ready')).toBeNull();
  });
});
