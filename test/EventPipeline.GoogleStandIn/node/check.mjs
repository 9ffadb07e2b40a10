// Google's own client against the stand-in: node check.mjs http://127.0.0.1:PORT
// It takes its credentials from the stand-in's metadata server, as a service on Google Cloud does. Ends with 0 when everything held.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BigQuery } from '@google-cloud/bigquery';

const address = process.argv[2];
const projectId = 'node-check';
process.env.GCE_METADATA_HOST = new URL(address).host;
process.env.METADATA_SERVER_DETECTION = 'assume-present';
const bigquery = new BigQuery({ projectId, apiEndpoint: address, location: 'EU' });
const folder = await mkdtemp(join(tmpdir(), 'google-stand-in-'));

async function refusal(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  assert.fail('It should have been refused.');
}

const checks = {
  async 'a dataset and a table are made, once, and described'() {
    const [dataset] = await bigquery.createDataset('node', { location: 'EU' });
    assert.equal(dataset.metadata.location, 'EU');
    assert.equal((await dataset.exists())[0], true);
    assert.equal((await bigquery.dataset('nowhere').exists())[0], false);
    assert.deepEqual((await bigquery.getDatasets())[0].map(one => one.id), ['node']);
    const schema = [
      { name: 'id', type: 'INT64', mode: 'REQUIRED', description: 'The id.' },
      { name: 'name', type: 'STRING' },
      { name: 'amount', type: 'BIGNUMERIC', precision: '38', scale: '18' },
      { name: 'quantity', type: 'NUMERIC' },
      { name: 'ratio', type: 'FLOAT64' },
      { name: 'day', type: 'DATE' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'yes', type: 'BOOL' },
      { name: 'details', type: 'JSON' },
    ];
    const [table] = await dataset.createTable('rows', {
      schema, timePartitioning: { type: 'DAY', field: 'day', expirationMs: '86400000' }, clustering: { fields: ['name'] }, description: 'Rows.',
    });
    const [metadata] = await table.getMetadata();
    assert.equal(metadata.type, 'TABLE');
    assert.equal(metadata.description, 'Rows.');
    assert.deepEqual(metadata.timePartitioning, { type: 'DAY', field: 'day', expirationMs: '86400000' });
    assert.deepEqual(metadata.clustering, { fields: ['name'] });
    assert.deepEqual(metadata.schema.fields[0], { name: 'id', type: 'INTEGER', mode: 'REQUIRED', description: 'The id.' });
    assert.deepEqual(metadata.schema.fields[2], { name: 'amount', type: 'BIGNUMERIC', mode: 'NULLABLE', precision: '38', scale: '18' });
    assert.deepEqual((await dataset.getTables())[0].map(one => one.id), ['rows']);
    const again = await refusal(() => dataset.createTable('rows', { schema }));
    assert.equal(again.code, 409);
    assert.equal(again.errors[0].reason, 'duplicate');
    assert.equal(again.message, 'Already Exists: Table node-check:node.rows');
    assert.equal((await refusal(() => bigquery.createDataset('node'))).code, 409);
    assert.equal((await refusal(() => dataset.table('nothing').getMetadata())).errors[0].reason, 'notFound');
  },

  async 'a file is loaded, plain and packed, and a job id is taken for ever'() {
    const rows = [
      { id: 1, name: 'ä "quoted"\n', amount: '12345678901234567890.123456789012345678', quantity: '1.5', ratio: 0.1, day: '2026-11-01',
        at: '2026-11-01T01:02:03.123456Z', yes: true, details: { a: [1, null] } },
      { id: '2', name: null },
    ];
    const text = rows.map(row => JSON.stringify(row)).join('\n');
    await writeFile(join(folder, 'rows.json'), text);
    await writeFile(join(folder, 'packed.json'), gzipSync(text));
    const table = bigquery.dataset('node').table('rows');
    const [job] = await table.load(join(folder, 'rows.json'), { jobId: 'load-1', writeDisposition: 'WRITE_APPEND' });
    assert.equal(job.status.state, 'DONE');
    assert.equal(job.statistics.load.outputRows, '2');
    assert.equal(job.configuration.jobType, 'LOAD');
    const again = await refusal(() => table.load(join(folder, 'rows.json'), { jobId: 'load-1' }));
    assert.equal(again.code, 409);
    assert.equal(again.message, 'Already Exists: Job node-check:EU.load-1');
    await table.load(join(folder, 'packed.json'), { writeDisposition: 'WRITE_TRUNCATE' });
    const [[{ count }]] = await bigquery.query('SELECT COUNT(*) AS count FROM node.rows');
    assert.equal(count, 2);
    const [created] = await bigquery.dataset('node').table('fresh').load(join(folder, 'rows.json'), {
      schema: { fields: [{ name: 'id', type: 'INTEGER' }, { name: 'name', type: 'STRING' }] }, ignoreUnknownValues: true,
    });
    assert.equal(created.statistics.load.outputRows, '2');
  },

  async 'a job is asked for where it ran'() {
    const [job] = await bigquery.job('load-1', { location: 'EU' }).get();
    assert.equal(job.metadata.status.state, 'DONE');
    assert.equal(job.metadata.jobReference.location, 'EU');
    assert.equal((await refusal(() => bigquery.job('load-1', { location: 'US' }).get())).code, 404);
    assert.equal((await refusal(() => bigquery.job('load-2', { location: 'EU' }).get())).code, 404);
  },

  async 'bad rows fail a load whole, each with what is wrong'() {
    await writeFile(join(folder, 'bad.json'), '{"id":3}\n{"id":"x"}\n{"name":"n"}\n{"id":4,"extra":1}\n{"id":5,"day":"2026-02-30"}\n');
    const table = bigquery.dataset('node').table('rows');
    const error = await refusal(() => table.load(join(folder, 'bad.json'), { jobId: 'load-bad' }));
    const [job] = await bigquery.job('load-bad', { location: 'EU' }).getMetadata();
    assert.equal(job.status.errorResult.reason, 'invalid');
    const messages = job.status.errors.map(one => one.message).join('\n');
    for (const part of ['Could not convert value to integer. Field: id; Value: x', 'Missing required field: id.', 'No such field: extra.',
      'row starting at position 9:', 'Invalid date']) {
      assert.ok(messages.includes(part), `${part} is not in ${messages}`);
    }
    assert.ok(error.message.includes('Error while reading data'), error.message);
    const [[{ count }]] = await bigquery.query('SELECT COUNT(*) AS count FROM node.rows');
    assert.equal(count, 2);
    const [tolerated] = await table.load(join(folder, 'bad.json'), { maxBadRecords: 4, writeDisposition: 'WRITE_APPEND' });
    assert.equal(tolerated.statistics.load.badRecords, '4');
    await bigquery.query('DELETE FROM node.rows WHERE id = 3');
  },

  async 'values come back as they went in'() {
    const [rows] = await bigquery.query('SELECT * FROM `node-check.node.rows` ORDER BY id');
    const [first, second] = rows;
    assert.equal(first.name, 'ä "quoted"\n');
    assert.equal(first.amount.toFixed(), '12345678901234567890.123456789012345678');
    assert.equal(first.quantity.toString(), '1.5');
    assert.equal(first.ratio, 0.1);
    assert.equal(first.day.value, '2026-11-01');
    assert.equal(first.at.value, '2026-11-01T01:02:03.123456000Z');
    assert.equal(first.yes, true);
    assert.deepEqual(JSON.parse(first.details), { a: [1, null] });
    assert.deepEqual(second, { id: 2, name: null, amount: null, quantity: null, ratio: null, day: null, at: null, yes: null, details: null });
  },

  async 'parameters have every type, by name and by position'() {
    const params = {
      text: "it's\n`all` \\ here", int: 42, big: BigQuery.int('9007199254740993'), float: 2.5, truth: false, day: BigQuery.date('2026-11-23'),
      at: BigQuery.timestamp('2026-11-23T01:02:03.5Z'), bytes: 'AP8=', nothing: null, decimal: '1.25', wide: '1e-18',
    };
    const types = {
      text: 'STRING', int: 'INT64', big: 'INT64', float: 'FLOAT64', truth: 'BOOL', day: 'DATE', at: 'TIMESTAMP', bytes: 'BYTES', nothing: 'STRING',
      decimal: 'NUMERIC', wide: 'BIGNUMERIC',
    };
    const names = Object.keys(params);
    const [[row]] = await bigquery.query({
      query: `SELECT ${names.map(name => `@${name} AS ${name}_`).join(', ')}`, params, types, wrapIntegers: true,
    });
    assert.equal(row.text_, params.text);
    assert.equal(row.int_.value, '42');
    assert.equal(row.big_.value, '9007199254740993');
    assert.equal(row.float_, 2.5);
    assert.equal(row.truth_, false);
    assert.equal(row.day_.value, '2026-11-23');
    assert.equal(row.at_.value, '2026-11-23T01:02:03.500Z');
    assert.deepEqual(row.bytes_, Buffer.from([0, 255]));
    assert.equal(row.nothing_, null);
    assert.equal(row.decimal_.toString(), '1.25');
    assert.equal(row.wide_.toFixed(), '0.000000000000000001');
    const [[second]] = await bigquery.query({ query: 'SELECT ? AS a, ? AS b', params: ['x', 2] });
    assert.deepEqual(second, { a: 'x', b: 2 });
    const wrong = await refusal(() => bigquery.query({ query: 'SELECT @missing', params: { other: 1 } }));
    assert.equal(wrong.errors[0].reason, 'invalidQuery');
  },

  async 'a query job is paged'() {
    const [job] = await bigquery.createQueryJob({ query: 'SELECT id FROM node.rows UNION ALL SELECT id FROM node.fresh ORDER BY id', jobId: 'query-1' });
    const seen = [];
    for (let next = { maxResults: 3, autoPaginate: false }; next;) {
      const [rows, following] = await job.getQueryResults(next);
      seen.push(rows.map(row => row.id));
      next = following;
    }
    assert.deepEqual(seen, [[1, 1, 2], [2]]);
    const [all] = await job.getQueryResults();
    assert.equal(all.length, 4);
    const [metadata] = await job.getMetadata();
    assert.equal(metadata.statistics.query.statementType, 'SELECT');
    assert.equal((await refusal(() => bigquery.createQueryJob({ query: 'SELECT 1', jobId: 'query-1' }))).code, 409);
  },

  async 'statements define, change and count'() {
    await bigquery.query(`CREATE TABLE IF NOT EXISTS node.events (
      at TIMESTAMP NOT NULL OPTIONS (description = 'When it\\'s.'), cost BIGNUMERIC(38, 18), note STRING)
      PARTITION BY DATE(at) CLUSTER BY note OPTIONS (partition_expiration_days = 2, description = 'Events.')`);
    await bigquery.query('CREATE OR REPLACE VIEW node.noted AS SELECT *, 1 AS one FROM node.events WHERE note IS NOT NULL');
    await bigquery.query(`ALTER TABLE node.events ADD COLUMN IF NOT EXISTS extra INT64 OPTIONS (description = 'Extra.')`);
    await bigquery.query(`ALTER TABLE node.events ALTER COLUMN note SET OPTIONS (description = 'A note.')`);
    const [events] = await bigquery.dataset('node').table('events').getMetadata();
    assert.deepEqual(events.timePartitioning, { type: 'DAY', field: 'at', expirationMs: '172800000' });
    assert.deepEqual(events.schema.fields.map(field => [field.name, field.type, field.mode, field.description]), [
      ['at', 'TIMESTAMP', 'REQUIRED', "When it's."], ['cost', 'BIGNUMERIC', 'NULLABLE', undefined], ['note', 'STRING', 'NULLABLE', 'A note.'],
      ['extra', 'INTEGER', 'NULLABLE', 'Extra.'],
    ]);
    const [view] = await bigquery.dataset('node').table('noted').getMetadata();
    assert.equal(view.type, 'VIEW');
    assert.equal(view.view.query, 'SELECT *, 1 AS one FROM node.events WHERE note IS NOT NULL');
    const [job] = await bigquery.createQueryJob({
      query: 'INSERT INTO node.events (at, note) VALUES (@at, @note), (CURRENT_TIMESTAMP(), NULL)',
      params: { at: BigQuery.timestamp('2026-11-23T00:00:00Z'), note: 'n' },
    });
    await job.getQueryResults();
    const [metadata] = await job.getMetadata();
    assert.equal(metadata.statistics.query.numDmlAffectedRows, '2');
    const [rows] = await bigquery.query('SELECT note, extra, one FROM node.noted');
    assert.deepEqual(rows, [{ note: 'n', extra: null, one: 1 }]);
  },

  async 'a query that cannot be run says why'() {
    for (const [query, reason, part] of [
      ['SELEC 1', 'invalidQuery', 'Syntax error'], ['SELECT * FROM node.absent', 'notFound', 'Not found: Table node-check:node.absent'],
      ['SELECT * FROM absent.rows', 'notFound', 'Not found: Dataset node-check:absent'],
      ['SELECT absent FROM node.rows', 'invalidQuery', 'Unrecognized name: absent'],
      ['INSERT INTO node.rows (name) VALUES ("x")', 'invalidQuery', 'id'],
    ]) {
      const error = await refusal(() => bigquery.query(query));
      assert.equal(error.errors[0].reason, reason, query);
      assert.ok(error.message.includes(part), error.message);
    }
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
await rm(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
