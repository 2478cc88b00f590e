import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Runs before the shell's own vector, e.g. to enter another world. */
  readonly prefix?: (argv: readonly string[]) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Parts two captures of one moment. */
const BETWEEN = '=== the same, with broken lines joined ===';

/** Lines of a screen, with their escape sequences (colours only). */
export type ScreenLines = readonly string[];

/**
 * A real terminal, 80x24 unless told, with a plain bash in it that is typed to. It is tmux's, on a
 * server of its own.
 */
export class RecordedTerminal {
  readonly #server: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #columns: number;

  private constructor(server: string, env: Readonly<Record<string, string>>, columns: number) {
    this.#server = server;
    this.#columns = columns;
    this.#env = env;
  }

  /** @throws Error when there is no tmux */
  static async open(options: TerminalOptions): Promise<RecordedTerminal> {
    const { columns = 80, rows = 24, prefix = (argv) => argv, cwd } = options;
    const env = {
      ...options.env,
      LC_ALL: 'C.UTF-8',
      PS1: '$ ',
      PROMPT_COMMAND: 'tmux wait-for -S prompt',
    };
    const terminal = new RecordedTerminal(`alloyup-${process.pid}`, env, columns);
    const shell = prefix(['bash', '--norc', '--noprofile', '-i']);
    const size = ['-x', String(columns), '-y', String(rows)];
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    await terminal.#tmux(
      ...['set-option', '-g', 'status', 'off', ';'],
      ...['set-option', '-g', 'history-limit', '5000', ';'],
      ...['set-option', '-g', 'default-terminal', 'tmux-256color', ';'],
      ...['new-session', '-d', ...size, ...variables, '-c', cwd, ...shell],
    );
    await terminal.#prompt(10);
    return terminal;
  }

  /** Types a command, and waits until the shell asks for the next. */
  async run(command: string, seconds = 60): Promise<void> {
    await this.type(`${command}\n`);
    await this.#prompt(seconds);
  }

  /** Waits until what was typed has come to its end, and the shell asks for the next. */
  async ended(seconds: number): Promise<void> {
    await this.#prompt(seconds);
  }

  /** Presses a key by tmux's name of it: "Down", "C-c". */
  async press(key: string): Promise<void> {
    await this.#tmux('send-keys', key);
  }

  /** Lines that were wider than the screen, and so were broken by it. */
  async broken(): Promise<ScreenLines> {
    const all = ['capture-pane', '-p', '-S', '-'];
    // in one go: what is shown may be changing
    const both = await this.#tmux(...all, ';', 'display-message', '-p', BETWEEN, ';', ...all, '-J');
    const [rows = [], lines = []] = both
      .split(`${BETWEEN}\n`)
      .map((text) => text.split('\n').map((line) => line.trimEnd()));
    const whole = new Set(rows);
    // some programs break lines themselves, and anywhere; a fold of ours is marked or indented
    const full = rows.filter(
      (row, i) => [...row].length >= this.#columns && /^[^\s…?✔]/.test(rows[i + 1] ?? ''),
    );
    return [...lines.filter((line) => !whole.has(line)), ...full];
  }

  async type(text: string): Promise<void> {
    for (const part of text.split(/(\n)/)) {
      // a last `;` would end tmux's own command
      const keys = part === '\n' ? ['Enter'] : ['-l', '--', part.replace(/;$/, '\\;')];
      if (part !== '') await this.#tmux('send-keys', ...keys);
    }
  }

  /** Types Enter and gives what is on the screen at each change until the shell asks again. */
  async *watch(seconds: number): AsyncGenerator<ScreenLines> {
    let ended = false;
    const prompt = this.#prompt(seconds).finally(() => {
      ended = true;
    });
    await this.type('\n');
    while (!ended) {
      yield await this.screen();
      await sleep(60);
    }
    await prompt;
    yield await this.screen();
  }

  /** Empty screen, empty memory. */
  async clear(): Promise<void> {
    await this.run('clear');
    await this.#tmux('clear-history');
  }

  /** Waits until the screen shows `text`. */
  async shows(text: string, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    const words = (line: string): string => stripVTControlCharacters(line);
    while (!(await this.screen()).some((line) => words(line).includes(text))) {
      if (Date.now() > deadline) {
        const shown = (await this.screen()).map(words).join('\n').trimEnd();
        throw new Error(`the terminal never showed "${text}", but:\n${shown}`);
      }
      await sleep(100);
    }
  }

  /** What is on the screen; with `all`, also what has left it at the top. */
  async screen(all = false): Promise<ScreenLines> {
    const text = await this.#tmux('capture-pane', '-e', '-p', ...(all ? ['-S', '-'] : []));
    return text.split('\n');
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  async #prompt(seconds: number): Promise<void> {
    await this.#tmuxWithin(seconds, 'wait-for', 'prompt');
    await sleep(100); // the shell says so just before it prints it
  }

  #tmux(...args: string[]): Promise<string> {
    return this.#tmuxWithin(10, ...args);
  }

  async #tmuxWithin(seconds: number, ...args: string[]): Promise<string> {
    const { stdout } = await execa('tmux', ['-L', this.#server, '-f', '/dev/null', ...args], {
      env: { ...this.#env },
      timeout: seconds * 1000,
      stripFinalNewline: true,
    });
    return stdout;
  }
}
