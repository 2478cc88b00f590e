import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createControl, type Server } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { join, normalize } from 'node:path';

/** The behavior of the server, set over the control socket. */
export interface Behaviour {
  /** Refuses connections. */
  readonly down: boolean;
  /** Waits before each answer. */
  readonly delayMs: number;
  /** Answers every request with this status; null: normal answers. */
  readonly status: number | null;
  /** A directory whose files replace the intact ones; null: none. */
  readonly instead: string | null;
}

const USUAL: Behaviour = { down: false, delayMs: 0, status: null, instead: null };

/** A request and its answer. */
export interface Served {
  readonly at: number;
  readonly from: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The answer for one path, with a strong ETag, so that a caching client gets 304. */
export function answer(
  folders: readonly string[],
  request: { readonly path: string; readonly ifNoneMatch?: string | undefined },
): { readonly status: number; readonly body: Buffer; readonly etag: string | null } {
  const path = normalize(decodeURIComponent(request.path.split('?')[0]!));
  for (const folder of folders) {
    let body: Buffer;
    try {
      body = readFileSync(join(folder, path));
    } catch {
      continue;
    }
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
    const known = request.ifNoneMatch?.split(',').some((tag) => tag.trim() === etag) ?? false;
    return known ? { status: 304, body: Buffer.alloc(0), etag } : { status: 200, body, etag };
  }
  return { status: 404, body: Buffer.from('not in this repository\n'), etag: null };
}

/**
 * Serves `folder` over TLS at `address`:443, and listens on the socket `control` for:
 * GET /requests, POST /forget, POST /behaviour.
 */
export async function serveRepository(options: {
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly tls: ServerOptions;
  readonly control: string;
}): Promise<{ close(): void }> {
  let behaviour: Behaviour = USUAL;
  let served: Served[] = [];
  const open = new Set<Socket>();

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (behaviour.delayMs > 0)
      await new Promise((resolve) => {
        setTimeout(resolve, behaviour.delayMs);
      });
    const path = request.url ?? '/';
    const folders = behaviour.instead ? [behaviour.instead, options.folder] : [options.folder];
    const { status, body, etag } =
      behaviour.status === null
        ? answer(folders, { path, ifNoneMatch: request.headers['if-none-match'] })
        : { status: behaviour.status, body: Buffer.from('as told\n'), etag: null };
    served.push({
      at: Date.now(),
      from: request.socket.remoteAddress ?? '',
      method: request.method ?? '',
      path,
      status,
    });
    response.writeHead(status, { 'content-length': body.length, ...(etag ? { etag } : {}) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };

  const site = createServer(options.tls, (request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  site.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });

  const behave = async (next: Behaviour): Promise<void> => {
    behaviour = next;
    if (next.down && site.listening) {
      site.close();
      for (const socket of open) socket.destroy();
    } else if (!next.down && !site.listening) await listen(site, options.port, options.address);
  };

  const control = createControl((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const order = `${request.method} ${request.url}`;
      if (order === 'POST /forget') served = [];
      const done =
        order === 'POST /behaviour'
          ? behave({ ...USUAL, ...(JSON.parse(text) as Partial<Behaviour>) })
          : Promise.resolve();
      done.then(
        () => response.end(JSON.stringify(served)),
        (error: unknown) => {
          response.statusCode = 500;
          response.end(String(error));
        },
      );
    });
  });

  await listen(site, options.port, options.address);
  await new Promise<void>((resolve, reject) => {
    control.once('error', reject);
    control.listen(options.control, resolve);
  });
  return {
    close: () => {
      site.close();
      control.close();
      for (const socket of open) socket.destroy();
    },
  };
}

const listen = (server: Server | ReturnType<typeof createServer>, port: number, address: string) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
