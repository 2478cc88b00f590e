import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificatesIn } from '../certificates.ts';
import { leaveGroup } from '../group.ts';
import { bridgeAddress } from '../names.ts';
import { serveRepository } from '../repository/server.ts';
import { sleep } from '../run.ts';
import { isAlive, labFolder, readState } from '../state.ts';
import { takeDown } from '../takedown.ts';

/**
 * The process that stays with a lab. It serves the repository, and takes the lab down when the process that owns
 * it (a demo, a test run) has ended without doing so.
 */
async function main(lab: string): Promise<void> {
  const state = readState(lab);
  if (!state) throw new Error(`there is no lab ${lab}`);
  const folder = labFolder(lab);
  const tls = certificatesIn(join(folder, 'tls'));
  const server = await serveRepository({
    folder: join(folder, 'repository/www'),
    address: bridgeAddress(state.network),
    port: 443,
    tls: { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) },
    control: join(folder, 'repository/control'),
  });
  writeFileSync(join(folder, 'repository/serving'), `${process.pid}\n`);
  const { owner } = state;
  if (owner === null) return;
  while (isAlive(owner)) await sleep(500);
  leaveGroup();
  server.close();
  await takeDown(lab);
  process.exit(0);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
