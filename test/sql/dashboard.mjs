// Writes the queries of a Grafana dashboard, each into a file, over the views of {dataset}.
// Use: node dashboard.mjs DASHBOARD TARGET_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dashboard, target] = process.argv.slice(2);
const days = { '${__from:date:YYYY-MM-DD}': '2026-11-01', '${__to:date:YYYY-MM-DD}': '2026-11-30' };
mkdirSync(target, { recursive: true });
for (const { id, targets } of JSON.parse(readFileSync(dashboard, 'utf8')).panels) {
  for (const { refId, rawSql } of targets) {
    const sql = Object.entries(days).reduce((text, [variable, day]) => text.replaceAll(variable, day), rawSql);
    writeFileSync(join(target, `panel_${id}_${refId}.sql`), `${sql};\n`);
  }
}
