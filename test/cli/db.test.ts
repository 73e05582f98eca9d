import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, beforeEach, describe, it } from 'node:test';
import { registerDb } from '../../src/cli/commands/db.ts';
import type { SightingMessage } from '../../src/contract/sighting.ts';
import { createSink } from '../../src/pipeline/sink.ts';
import { modeRules } from '../../src/privacy/modes.ts';
import { auditSubject } from '../../src/storage/audit.ts';
import { createSqliteStore } from '../../src/storage/sqlite/store.ts';
import type { AuditEntry, Store } from '../../src/storage/store.ts';
import { createSqliteOutbox } from '../../src/transport/embedded/sqlite-outbox.ts';
import { createEmbeddedTransport } from '../../src/transport/embedded/transport.ts';
import {
  ANNA,
  BORIS,
  collect,
  MORNING,
  minute,
  sighting,
  template,
  visit,
  visitor,
} from '../contract/records.ts';
import { call } from './in-process.ts';
import { type CliOptions, runCli, temporaryFolder } from './run-cli.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const root = temporaryFolder('cli-db');
after(() => root[Symbol.dispose]());

/** A data folder of its own for each test. */
let data = '';
let count = 0;
beforeEach(() => {
  data = join(root.path, `shop-${count++}`);
});

const run = (args: readonly string[]) => call(registerDb, ['db', ...args, '--data', data]);

/** The same as a process of its own. */
const runAlone = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['db', ...args, '--data', data], { cwd: root.path, ...options });

async function withStore<T>(action: (store: Store) => Promise<T>): Promise<T> {
  const store = createSqliteStore({ path: join(data, 'vitrine.db') });
  await store.start();
  try {
    return await action(store);
  } finally {
    await store.stop();
  }
}

/** Anna at the door and, an hour later, at the till; Boris at the door half an hour after her. */
const rows: readonly SightingMessage[] = [
  sighting({ faceId: ANNA }),
  sighting({ faceId: BORIS, at: MORNING + HOUR / 2, gender: 'male', age: null, track: 't2' }),
  sighting({ faceId: ANNA, at: MORNING + HOUR, camera: 'till', track: 't3' }),
];

const fill = (sightings: readonly SightingMessage[] = rows) =>
  withStore(async (store) => {
    await store.gallery.apply([
      { kind: 'visitor', visitor: visitor({ lastSeenAt: MORNING + HOUR }) },
      { kind: 'visitor', visitor: visitor({ faceId: BORIS, createdAt: MORNING + HOUR / 2, gender: 'male' }) },
      { kind: 'template', template: template() },
      { kind: 'template', template: template({ id: 'template-2', faceId: BORIS }) },
    ]);
    await store.records.record({
      sightings,
      visits: [
        visit({ endedAt: MORNING + HOUR }),
        visit({ id: 'visit-2', faceId: BORIS, startedAt: MORNING + HOUR / 2, returning: true }),
      ],
      audienceMinutes: [
        minute(),
        minute({ run: 'run-2', tracks: 1, presentSeconds: 0.1, lookingSeconds: 0.2 }),
        minute({ camera: 'till', minute: MORNING + HOUR, gender: 'unknown', ageBand: 'unknown' }),
      ],
    });
  });

const auditLog = (): Promise<AuditEntry[]> => withStore((store) => collect(store.queries.auditLog()));

async function publish(...payloads: readonly (SightingMessage | string)[]): Promise<void> {
  const outbox = createSqliteOutbox({ path: join(data, 'outbox.db') });
  await outbox.start();
  for (const message of payloads) {
    const payload = typeof message === 'string' ? message : JSON.stringify(message);
    await outbox.append({ topic: 'sightings', key: 'shop', payload });
  }
  await outbox.stop();
}

/** What the next start of a run does with the outbox. */
const deliver = () =>
  withStore(async ({ records }) => {
    const outbox = createSqliteOutbox({ path: join(data, 'outbox.db') });
    const transport = createEmbeddedTransport({ outbox });
    const sink = createSink({ records, rules: modeRules.loyalty, run: 'run-9' });
    await transport.subscribe('sightings', sink, { group: 'sink', maxBatch: 10 });
    await transport.start();
    await transport.drain();
    await transport.stop();
  });

/** Exactly one line on stderr, and it names a code. */
function assertOneLine(stderr: string, code: string): void {
  assert.match(stderr, new RegExp(`^vitrine: [^\\n]+ \\(${code}\\)\\. [^\\n]+\\n$`));
}

describe('vitrine db export', () => {
  it('writes sightings as CSV', async () => {
    await fill();
    const { code, stdout, stderr } = await runAlone(['export']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout,
      'timestamp,age,gender,faceId,camera,track,x,y,width,height,confidence\n' +
        `2026-03-01T10:00:00.000Z,33.5,female,${ANNA},door,t1,10.5,20.25,64,80,0.93\n` +
        `2026-03-01T10:30:00.000Z,,male,${BORIS},door,t2,10.5,20.25,64,80,0.93\n` +
        `2026-03-01T11:00:00.000Z,33.5,female,${ANNA},till,t3,10.5,20.25,64,80,0.93\n`,
    );
  });

  it('writes sightings as JSON lines, of a time and a camera', async () => {
    await fill();
    const all = await run(['export', '--json']);
    const lines = all.stdout.trimEnd().split('\n');
    assert.deepEqual(JSON.parse(lines[1] ?? ''), {
      timestamp: '2026-03-01T10:30:00.000Z',
      age: null,
      gender: 'male',
      faceId: BORIS,
      camera: 'door',
      track: 't2',
      box: { x: 10.5, y: 20.25, width: 64, height: 80 },
      confidence: 0.93,
    });
    assert.equal(lines.length, 3);
    const tracks = async (...args: string[]) => {
      const { stdout } = await run(['export', '--json', ...args]);
      return stdout.split('\n').flatMap((line) => (line ? JSON.parse(line).track : []));
    };
    // The last two are the same instant: 10:30 in UTC.
    assert.deepEqual(await tracks('--camera', 'door', '--to', '2026-03-01T10:30'), ['t1']);
    assert.deepEqual(await tracks('--from', '2026-03-01T11:30:00+01:00'), ['t2', 't3']);
  });

  it('writes visitors, visits and the audience, the latter summed over runs', async () => {
    await fill();
    const csv = async (table: string, ...args: string[]) =>
      (await run(['export', '--table', table, ...args])).stdout;
    assert.equal(
      await csv('visitors'),
      'faceId,site,firstSeen,lastSeen,age,ageLow,ageHigh,gender,genderProbability\n' +
        `${ANNA},shop,2026-03-01T10:00:00.000Z,2026-03-01T11:00:00.000Z,33.5,26,41,female,0.97\n` +
        `${BORIS},shop,2026-03-01T10:30:00.000Z,2026-03-01T10:01:00.000Z,33.5,26,41,male,0.97\n`,
    );
    assert.equal(
      await csv('visits', '--from', '2026-03-01T10:30:00.001Z', '--to', '2026-03-02'),
      'startedAt,endedAt,dwellSeconds,faceId,site,returning,age,gender\n' +
        `2026-03-01T10:00:00.000Z,2026-03-01T11:00:00.000Z,3600,${ANNA},shop,false,33.5,female\n`,
    );
    assert.equal(
      await csv('audience'),
      'minute,site,camera,ageBand,gender,tracks,presentSeconds,lookingSeconds\n' +
        '2026-03-01T10:00:00.000Z,shop,door,25-34,female,3,41.6,12.45\n' +
        '2026-03-01T11:00:00.000Z,shop,till,unknown,unknown,2,41.5,12.25\n',
    );
    const till = await csv('audience', '--json', '--camera', 'till');
    assert.deepEqual(JSON.parse(till), {
      minute: '2026-03-01T11:00:00.000Z',
      site: 'shop',
      camera: 'till',
      ageBand: 'unknown',
      gender: 'unknown',
      tracks: 2,
      presentSeconds: 41.5,
      lookingSeconds: 12.25,
    });
  });

  it('works beside the process that holds the folder, and is in its audit log', async () => {
    await fill();
    await withStore(async (store) => {
      const { code, stdout } = await runAlone(['export', '--camera', 'door']);
      assert.deepEqual([code, stdout.split('\n').length], [0, 4]);
      await store.records.record({ sightings: [sighting({ track: 'later' })] });
      const [entry, ...more] = await collect(store.queries.auditLog());
      assert.deepEqual(more, []);
      assert.deepEqual(
        [entry?.action, entry?.subject, entry?.rows],
        ['export', null, 2],
        'two rows left, and no id is named',
      );
    });
  });

  it('tells, and ends with 1, where the audit log cannot be written', async () => {
    await fill();
    const other = new DatabaseSync(join(data, 'vitrine.db'));
    other.exec('begin immediate');
    const { code, stdout, stderr } = await runAlone(['export']);
    other.exec('rollback');
    other.close();
    assert.deepEqual([code, stdout.split('\n').length], [1, 5], 'the rows are complete');
    assert.match(stderr, /^vitrine: the export is not in the audit log: .* \(STORE_BUSY\)\. [^\n]+\n$/);
  });

  describe('of many rows', () => {
    const many = Array.from({ length: 12_000 }, (_, i) => sighting({ at: MORNING + i, track: `t${i}` }));

    it('streams to a slow reader', async () => {
      await fill(many);
      const { code, stdout, stderr } = await runAlone(['export'], {
        onStart: ({ stdout: output }) => {
          output?.pause();
          setTimeout(() => output?.resume(), 1500);
        },
      });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.split('\n').length, many.length + 2);
    });

    it('ends quietly with its reader', async () => {
      await fill(many);
      const { code, stderr } = await runAlone(['export'], {
        onStart: ({ stdout }) => stdout?.once('data', () => stdout.destroy()),
      });
      assert.deepEqual([code, stderr], [0, '']);
      const [entry] = await auditLog();
      assert.ok((entry?.rows ?? 0) > 0 && (entry?.rows ?? 0) < many.length, 'what left is in the audit log');
    });

    it('says that it is not complete when it is stopped', async () => {
      await fill(many);
      const { code, stdout, stderr } = await runAlone(['export'], {
        onStart: (child) =>
          child.stdout?.once('data', () => {
            child.stdout?.pause();
            child.kill('SIGINT');
            setTimeout(() => child.stdout?.resume(), 500);
          }),
      });
      assert.deepEqual([code, stderr], [1, 'vitrine: stopped; the export is not complete\n']);
      assert.ok(stdout.endsWith('\n') && stdout.split('\n').length < many.length);
    });

    it('says so when the disk is full', { skip: !existsSync('/dev/full') }, async () => {
      await fill(many);
      const full = openSync('/dev/full', 'w');
      const { code, stderr } = await runAlone(['export'], { stdout: full });
      closeSync(full);
      assert.equal(code, 1);
      assertOneLine(stderr, 'DISK_FULL');
    });
  });
});

describe('vitrine db migrate', () => {
  it('makes the database, and says when there is nothing to do', async () => {
    const first = await runAlone(['migrate']);
    assert.deepEqual(first, {
      code: 0,
      stdout: `${join(data, 'vitrine.db')}: made with schema version 1\n`,
      stderr: '',
    });
    const second = await run(['migrate']);
    assert.deepEqual(
      [second.code, second.stdout],
      [0, `${join(data, 'vitrine.db')}: schema version 1 is current\n`],
    );
  });

  it('finishes what a process that died at the very start has left', async () => {
    mkdirSync(data);
    writeFileSync(join(data, 'vitrine.db'), '');
    const { code, stdout } = await run(['migrate']);
    assert.deepEqual([code, stdout], [0, `${join(data, 'vitrine.db')}: made with schema version 1\n`]);
  });
});

describe('vitrine db prune', () => {
  const now = Date.now();
  const old = sighting({ at: now - 100 * DAY, track: 'old', faceId: null });
  const young = sighting({ at: now - 80 * DAY, track: 'young', faceId: null });

  it('removes what is older than the retention, and says how much', async () => {
    await withStore((store) => store.records.record({ sightings: [old, young] }));
    const first = await runAlone(['prune']);
    assert.equal(first.code, 0);
    assert.match(first.stdout, /^1 row older than 90 days \(before \d{4}-[^)]+Z\) removed\n$/);
    const tracks = await withStore((store) => collect(store.queries.sightings()));
    assert.deepEqual(
      tracks.map(({ track }) => track),
      ['young'],
    );
    assert.deepEqual(
      (await auditLog()).map(({ action, rows: removed }) => [action, removed]),
      [['prune', 1]],
    );
  });

  it('goes by --older-than, else by the configuration', async () => {
    await withStore((store) => store.records.record({ sightings: [old, young] }));
    const config = join(root.path, 'retention.yaml');
    writeFileSync(config, 'privacy: { retentionDays: 200 }');
    const none = await run(['prune', '--config', config]);
    assert.match(none.stdout, /^0 rows older than 200 days /);
    const all = await run(['prune', '--config', config, '--older-than', '30']);
    assert.match(all.stdout, /^2 rows older than 30 days /);
  });
});

describe('vitrine db erase', () => {
  /** Names of the files in the data folder that hold a text. */
  const filesWith = (text: string) =>
    readdirSync(data).filter((name) => readFileSync(join(data, name)).includes(text));

  it('leaves nothing of the visitor in any file, and all of the others', async () => {
    await fill();
    await publish(
      ...Array.from({ length: 50 }, (_, i) =>
        sighting({ faceId: i % 2 ? ANNA : BORIS, at: MORNING + 2 * HOUR + i }),
      ),
    );
    assert.deepEqual(filesWith(ANNA).sort(), ['outbox.db', 'vitrine.db']);
    const { code, stdout, stderr } = await runAlone(['erase', ANNA, '--yes']);
    assert.deepEqual([code, stdout, stderr], [0, `erased ${ANNA}\n`, '']);
    assert.deepEqual(filesWith(ANNA), []);
    await deliver();
    await withStore(async ({ queries }) => {
      const { sightings, visitors, visits, templates } = await queries.counts();
      assert.deepEqual(
        { sightings, visitors, visits, templates },
        {
          sightings: 26,
          visitors: 1,
          visits: 2,
          templates: 1,
        },
      );
    });
  });

  it('is in the audit log, by a hash only', async () => {
    await fill();
    await run(['erase', ANNA, BORIS, ANNA, '--yes']);
    assert.deepEqual(
      (await auditLog()).map(({ action, subject, rows: removed }) => [action, subject, removed]),
      [
        ['erase', auditSubject(ANNA), 5],
        ['erase', auditSubject(BORIS), 4],
      ],
    );
  });

  it('erases nobody where one of them is not there', async () => {
    await fill();
    const stranger = 'v-000000000000';
    const { code, stdout, stderr } = await run(['erase', ANNA, stranger, '--yes']);
    assert.deepEqual([code, stdout], [1, '']);
    assertOneLine(stderr, 'VISITOR_UNKNOWN');
    assert.ok(stderr.includes(`there is no visitor ${stranger} `));
    assert.equal((await withStore((store) => store.queries.counts())).visitors, 2);
  });

  it('needs --yes where nobody can be asked', async () => {
    await fill();
    const { code, stderr } = await runAlone(['erase', ANNA]);
    assert.equal(code, 2);
    assertOneLine(stderr, 'USAGE');
    assert.equal((await withStore((store) => store.queries.counts())).visitors, 2);
  });

  const terminal = spawnSync('script', ['--version']).status === 0;
  it('asks on a terminal', { skip: !terminal && 'util-linux script is not here' }, async () => {
    await fill();
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const command = `${process.execPath} ${main} db erase ${ANNA} --data ${data}`;
    const ask = (answer: string) =>
      spawnSync('script', ['-qec', command, '/dev/null'], {
        input: answer,
        cwd: root.path,
        encoding: 'utf8',
      });
    const no = ask('n\n');
    assert.equal(no.status, 1);
    assert.match(no.stdout, new RegExp(`Erase ${ANNA} with everything stored about them\\?.*\\[y/N\\]`));
    assert.match(no.stdout, /Nothing was erased\./);
    const yes = ask('y\n');
    assert.equal(yes.status, 0);
    assert.match(yes.stdout, new RegExp(`erased ${ANNA}`));
  });
});

describe('vitrine db reconcile', () => {
  const waiting = rows.map((row) => ({ ...row, id: `waiting-${row.track}` }));
  const figures = (stdout: string) =>
    Object.fromEntries([...stdout.matchAll(/^ *(.+?) +(\d+)$/gm)].map(([, what, n]) => [what, Number(n)]));

  it('says that produced = stored', async () => {
    await fill();
    await publish();
    const { code, stdout, stderr } = await run(['reconcile']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /\nproduced = stored: 3 sightings, each once\n$/);
  });

  it('says what is missing, and that the next start delivers it, which it does', async () => {
    await fill();
    await publish(...waiting, ...rows.slice(0, 2));
    const before = await runAlone(['reconcile']);
    assert.equal(before.code, 1);
    assert.deepEqual(figures(before.stdout), {
      stored: 3,
      'waiting in the outbox': 5,
      'of them not stored yet': 3,
      'duplicates of a stored one': 2,
      'of erased visitors': 0,
      unreadable: 0,
    });
    assert.match(
      before.stdout,
      /\n3 of 6 produced sightings are not stored yet; the next start in loyalty mode delivers them\n$/,
    );
    const again = await run(['reconcile']);
    assert.equal(again.stdout, before.stdout, 'looking changes nothing');
    await deliver();
    const after = await run(['reconcile']);
    assert.equal(after.code, 0);
    assert.match(after.stdout, /\nproduced = stored: 6 sightings, each once\n$/);
  });

  it('counts what is delivered again, and what was erased, as it should be', async () => {
    await fill();
    await run(['erase', BORIS, '--yes']);
    await publish(rows[0] ?? '', ...waiting.filter(({ faceId }) => faceId === BORIS));
    const { code, stdout } = await run(['reconcile']);
    assert.equal(code, 0);
    const { 'duplicates of a stored one': duplicates, 'of erased visitors': erased } = figures(stdout);
    assert.deepEqual([duplicates, erased], [1, 1]);
  });

  it('ends with 1 where a message cannot be read', async () => {
    await fill();
    await publish('{"half a', ...waiting.slice(0, 1));
    const { code, stdout } = await run(['reconcile']);
    assert.equal(code, 1);
    assert.match(stdout, /\n1 waiting messages cannot be read: .*, and 1 more are not stored yet\n$/);
  });

  it('claims nothing where no mode has stored sightings', async () => {
    await withStore((store) => store.records.record({ audienceMinutes: [minute()] }));
    const { code, stdout } = await run(['reconcile']);
    assert.equal(code, 0);
    assert.match(stdout, /\nnothing to compare: no sighting is stored and none waits \(.*\)\n$/);
  });

  it('does not count while a process runs on the folder', async () => {
    await fill();
    const outbox = createSqliteOutbox({ path: join(data, 'outbox.db') });
    await outbox.start();
    const { code, stdout, stderr } = await run(['reconcile']);
    await outbox.stop();
    assert.deepEqual([code, stdout], [1, '']);
    assertOneLine(stderr, 'STORE_BUSY');
  });
});

describe('the commands on a database that they cannot use', () => {
  const commands = [['migrate'], ['export'], ['prune'], ['erase', ANNA, '--yes'], ['reconcile']] as const;

  /** Runs each and expects one line with the code. */
  async function allFail(code: string, but: readonly string[] = [], how = run): Promise<void> {
    for (const args of commands.filter(([name]) => !but.includes(name))) {
      const result = await how(args);
      assert.deepEqual([result.code, result.stdout], [1, ''], args[0]);
      assertOneLine(result.stderr, code);
    }
  }

  it('say that it is not there, and make none', async () => {
    await allFail('STORE_UNREADABLE', ['migrate']);
    assert.ok(!existsSync(data));
  });

  it('say that it is damaged', async () => {
    await fill();
    const path = join(data, 'vitrine.db');
    writeFileSync(path, readFileSync(path).fill(0xa5, 100, 8_192));
    await allFail('STORE_UNREADABLE');
  });

  it('say that it was written by a newer version', async () => {
    await fill();
    const database = new DatabaseSync(join(data, 'vitrine.db'));
    database.exec(`insert into schema_migrations values (99, 'future', 0)`);
    database.close();
    await allFail('STORE_NEWER');
  });

  it('say that another process holds the folder, where they would write', async () => {
    await fill();
    await withStore(() => allFail('STORE_BUSY', ['export', 'reconcile'], runAlone));
    assert.equal((await withStore((store) => store.queries.counts())).sightings, 3);
  });
});

describe('vitrine db', () => {
  it('ends with 2 where it is called wrongly', async () => {
    for (const args of [
      [],
      ['migrate', 'now'],
      ['export', '--table', 'templates'],
      ['export', '--csv', '--json'],
      ['export', '--from', '2026-02-30'],
      ['export', '--from', '2026-03-02', '--to', '2026-03-01'],
      ['export', '--table', 'visits', '--camera', 'door'],
      ['prune', '--older-than', '0'],
      ['prune', '--older-than', 'week'],
      ['erase'],
      ['erase', 'anna', '--yes'],
    ])
      assert.equal((await call(registerDb, ['db', ...args])).code, 2, args.join(' '));
    const { code, stderr } = await runAlone(['erase', 'anna', '--yes']);
    assert.equal(code, 2);
    assertOneLine(stderr, 'USAGE');
  });

  it('teaches with an example, and says whom rows about persons are for', async () => {
    for (const command of ['migrate', 'export', 'prune', 'erase', 'reconcile']) {
      const { code, stdout } = await call(registerDb, ['db', command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples?:\\n {2}vitrine db ${command}`));
      if (command === 'export') assert.match(stdout, /meant for the operator of this box/);
    }
  });
});
