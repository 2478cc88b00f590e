import { spawn } from 'node:child_process';
import { chmodSync, createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { componentsOf } from '../../src/alloy/components.ts';
import { deliveryDeadlines } from '../../src/alloy/delivery-deadlines.ts';
import { parse } from '../../src/alloy/parser.ts';
import { createLineReader, readRecord } from '../../src/host/records.ts';
import { PERL, watchInput } from '../../src/host/run.ts';
import type { DeliveryReading } from '../../src/model/facts.ts';
import { watched } from '../../src/plan/delivery-watch.ts';
import { type DeliveryRow, ROWS, receivers, sendingTo } from '../e2e/delivery-rows.ts';
import { startStandIn } from './stand-in-process.ts';

const servers = receivers('127.0.0.1');
afterAll(() => servers.close());

/** Everything the stand-in has logged, as journalctl prints it. */
const JOURNALCTL = `#!/bin/sh\nsed "s/^/$(date +%s).0 host alloy[1]: /" "$LOG"\n`;

/** Reads the metrics of a stand-in that sends, as a host does after a change, until it is known how its data fares. */
async function watching(text: string) {
  const alloy = await startStandIn({ text, faults: 'sends 1\n' });
  const log = join(alloy.folder, 'log');
  writeFileSync(log, '');
  alloy.child.stderr.pipe(createWriteStream(log));
  writeFileSync(join(alloy.folder, 'journalctl'), JOURNALCTL);
  chmodSync(join(alloy.folder, 'journalctl'), 0o755);
  await alloy.up();
  const parsed = [parse(text)];
  const rules = {
    deadlines: deliveryDeadlines(parsed),
    components: componentsOf(parsed).ids,
    tolerate: [],
    restarted: true,
    patient: false,
  };
  const child = spawn(PERL[0], PERL.slice(1), {
    env: { PATH: `${alloy.folder}:${process.env.PATH}`, LOG: log },
  });
  const listen = { address: '127.0.0.1', port: alloy.port };
  child.stdin.end(watchInput({ nonce: '@@n', listen, seconds: 120, root: alloy.folder }));
  const readings: DeliveryReading[] = [];
  try {
    return await new Promise<ReturnType<typeof watched> & { readonly seconds: number }>(
      (resolve, reject) => {
        child.on('close', () => reject(new Error('the watch ended')));
        const lines = createLineReader((line) => {
          const record = readRecord(line, '@@n');
          if (record?.type !== 'reading') return;
          readings.push(record.reading);
          const found = watched(readings, rules);
          const seconds = (record.reading.at - readings[0]!.at) / 1000;
          if (found.over) resolve({ ...found, seconds });
        });
        child.stdout.on('data', (bytes: Buffer) => lines.push(bytes));
      },
    );
  } finally {
    child.removeAllListeners('close');
    child.kill();
    await alloy.stop();
  }
}

type Seen = Awaited<ReturnType<typeof watching>>;

/** Side by side: each waits far more than it works. */
const seen = new Map<DeliveryRow, Promise<Seen>>();
beforeAll(async () => {
  for (const row of ROWS) {
    const to = await servers.at(row.server());
    const watch = watching(sendingTo(row.exporter, to));
    watch.catch(() => undefined);
    seen.set(row, watch);
  }
});

test.each(ROWS.map((row) => [`${row.exporter}, ${row.answer}`, row] as const))(
  '%s',
  async (name, row) => {
    const { deliveries, seconds } = await seen.get(row)!;
    expect(deliveries).toMatchObject([{ state: row.state, status: row.status }]);
    // for docs/delivery.md
    if (process.env.DELIVERY_SECONDS) process.stderr.write(`${name}: ${row.state} ${seconds} s\n`);
  },
  120_000,
);
