import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';
import { sleep } from '../../lab/run.ts';
import { type StandIn, startStandIn } from './stand-in-process.ts';

const running: StandIn[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** A member on loopback, named `name`, that joins the others at `ports`. */
async function member(port: number, ports: readonly number[], name: string, cluster = 'edge') {
  const standIn = await startStandIn({
    text: 'logging {}\n',
    port,
    args: [
      '--cluster.enabled=true',
      `--cluster.name=${cluster}`,
      `--cluster.node-name=${name}`,
      `--cluster.advertise-address=127.0.0.1:${port}`,
      `--cluster.join-addresses=${ports.map((one) => `127.0.0.1:${one}`).join(',')}`,
    ],
  });
  running.push(standIn);
  await standIn.up();
  return standIn;
}

/** "h1=participant h2*=participant": as recorded of a real Alloy; the star is itself. */
async function seenBy(standIn: StandIn): Promise<string> {
  const { body } = await standIn.ask('/api/v0/web/peers');
  const peers = JSON.parse(body) as readonly { name: string; isSelf: boolean; state: string }[];
  return peers.map(({ name, isSelf, state }) => `${name}${isSelf ? '*' : ''}=${state}`).join(' ');
}

/** What each sees, once it is as expected, or after ten seconds. */
async function settles(standIns: readonly StandIn[], expected: readonly string[]): Promise<void> {
  const views = () => Promise.all(standIns.map(seenBy));
  let seen = await views();
  for (let i = 0; i < 50 && seen.join('\n') !== expected.join('\n'); i += 1) {
    await sleep(200);
    seen = await views();
  }
  expect(seen).toEqual(expected);
}

const metric = async (standIn: StandIn, name: string): Promise<string> =>
  (await standIn.metric(name))?.split(' ').at(-1) ?? '';

test('members find each other, and one that is killed comes back', async () => {
  const ports = [await freePort(), await freePort()];
  const one = await member(ports[0]!, ports, 'h1');
  await settles([one], ['h1*=participant']);
  const two = await member(ports[1]!, ports, 'h2');
  const both = ['h1*=participant h2=participant', 'h1=participant h2*=participant'];
  await settles([one, two], both);
  expect(await metric(one, 'cluster_node_peers{cluster_name="edge",state="participant"}')).toBe(
    '2',
  );
  two.child.kill('SIGKILL');
  await two.ended;
  const again = await member(ports[1]!, ports, 'h2');
  await settles([one, again], both);
});

test('who joins nobody is alone, and ready all the same', async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const one = await member(ports[0]!, ports.slice(0, 2), 'h1');
  const two = await member(ports[1]!, [ports[2]!], 'h2');
  const other = await member(ports[2]!, ports, 'h3', 'other');
  await sleep(1500);
  await settles([one, two, other], ['h1*=participant', 'h2*=participant', 'h3*=participant']);
  expect((await two.ask('/-/ready')).status).toBe(200);
  expect(await metric(two, 'cluster_ready_for_traffic')).toBe('1');
});

test('of two with one name, each keeps the one that it knew first', async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const one = await member(ports[0]!, ports, 'h1');
  const two = await member(ports[1]!, ports, 'h2');
  await settles([one, two], ['h1*=participant h2=participant', 'h1=participant h2*=participant']);
  const third = await member(ports[2]!, ports, 'h2');
  await sleep(1500);
  await settles(
    [one, two, third],
    [
      'h1*=participant h2=participant',
      'h1=participant h2*=participant',
      'h1=participant h2*=participant',
    ],
  );
  expect(Number(await metric(one, 'cluster_node_gossip_received_events_total'))).toBeGreaterThan(0);
});

test('who is stopped says so', async () => {
  const ports = [await freePort(), await freePort()];
  const one = await member(ports[0]!, ports, 'h1');
  const two = await member(ports[1]!, ports, 'h2');
  await settles([one, two], ['h1*=participant h2=participant', 'h1=participant h2*=participant']);
  two.child.kill('SIGTERM');
  await two.ended;
  expect(await seenBy(one)).toBe('h1*=participant h2=terminating');
});
