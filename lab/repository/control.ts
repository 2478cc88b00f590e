import { request } from 'node:http';
import type { Behaviour, Served } from './server.ts';

/** A client for the control socket of the repository's server. */
function order(socketPath: string, method: string, path: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`the lab's repository answered ${response.statusCode}: ${text}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error("the lab's repository does not answer")));
    call.on('error', reject);
    call.end(body);
  });
}

/** Every request since the start, or since `forget`. */
export const servedRequests = async (socketPath: string): Promise<readonly Served[]> =>
  JSON.parse(await order(socketPath, 'GET', '/requests')) as Served[];

export const forgetRequests = (socketPath: string): Promise<string> =>
  order(socketPath, 'POST', '/forget');

/** Anything omitted is reset to normal. */
export const setBehaviour = (socketPath: string, behaviour: Partial<Behaviour>): Promise<string> =>
  order(socketPath, 'POST', '/behaviour', JSON.stringify(behaviour));
