// Writes the queries of a page (its blocks of sql), each into a file, over the views of {dataset}.
// Use: node queries.mjs PAGE TARGET_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [page, target] = process.argv.slice(2);
const queries = [...readFileSync(page, 'utf8').matchAll(/^```sql\n(.*?)\n```$/gms)].map(([, query]) => query);
if (queries.length === 0) {
  throw new Error(`${page} has no queries.`);
}

mkdirSync(target, { recursive: true });
for (const [index, query] of queries.entries()) {
  writeFileSync(join(target, `query_${index + 1}.sql`), `${query.replaceAll(/\b(FROM|JOIN) ([a-z_]+)\b/g, '$1 {dataset}.$2')};\n`);
}
