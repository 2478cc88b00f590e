import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import door from '../../src/shell/door.pl';

/** A perl behind whose first program the door stands. */
function enter(program: string) {
  const perl = spawn('perl', ['-'], { stdio: 'pipe' });
  perl.stdin.on('error', () => undefined);
  perl.stdin.write(`${program}\n${door}`);
  const err = text(perl.stderr);
  const ended = once(perl, 'exit') as Promise<[number | null]>;
  return {
    perl,
    async said(): Promise<string> {
      const [bytes] = (await once(perl.stdout, 'data')) as [Buffer];
      return bytes.toString();
    },
    async end() {
      const [out, errors, [code]] = await Promise.all([text(perl.stdout), err, ended]);
      return { out, errors, code };
    },
  };
}

const sized = (program: string): string => `${Buffer.byteLength(program)}\n${program}`;

test('what the first program says comes before the second one is there', async () => {
  const { perl, said, end } = enter('print "first\\n";');
  expect(await said()).toBe('first\n');
  perl.stdin.end();
  expect(await end()).toEqual({ out: '', errors: '', code: 0 });
});

test('the second one may hold any bytes, and reads what stands behind it', async () => {
  const { perl, said, end } = enter('use strict; print "first\\n";');
  await said();
  const program =
    'read STDIN, my $rest, 999; print \'ü \n__END__\n\', length $rest, "\\n"; exit 7;\n';
  perl.stdin.end(`${sized(program)}${'x\n'.repeat(300)}`);
  expect(await end()).toEqual({ out: 'ü \n__END__\n600\n', errors: '', code: 7 });
});

test('one that is cut on its way does nothing', async () => {
  const { perl, said, end } = enter('print "first\\n";');
  await said();
  perl.stdin.end(sized('print "second\\n";\nprint "third\\n";\n').slice(0, -18));
  expect(await end()).toEqual({ out: '', errors: '', code: 74 });
});

test('one that dies says why', async () => {
  const { perl, said, end } = enter('print "first\\n";');
  await said();
  perl.stdin.end(sized('die "no way\\n";'));
  expect(await end()).toMatchObject({ errors: 'no way\n', out: '' });
});

const ASKED = 'socketpair our $bus, our $systemd, 1, 1, 0; print "first\\n";';

test('a connection to systemd is open for the second one', async () => {
  const { perl, said, end } = enter(ASKED);
  await said();
  perl.stdin.end(
    sized('syswrite $bus, "still"; sysread $systemd, my $word, 5; print $word; exit 0'),
  );
  expect(await end()).toMatchObject({ out: 'still', errors: '' });
});

test('but nobody keeps it for long', async () => {
  const { perl, said, end } = enter(
    `${ASKED} if (!fork) { undef $bus; sysread $systemd, my $word, 5; print "closed\\n"; exit }`,
  );
  await said();
  // the other end is told
  expect(await said()).toBe('closed\n');
  perl.stdin.end(sized('print defined $bus ? "open" : "shut"; exit 0'));
  expect(await end()).toMatchObject({ out: 'shut', errors: '' });
}, 20_000);
