-- The audit of a Ballast table, for DuckDB 1.5 or later, without any code of Ballast's:
--
--   duckdb -c "SET VARIABLE root = '/path/of/the/table'" -c ".read audit.sql"
--
-- It recounts every row of data/ and refused/ and holds it against the two Delta logs. Each line of
-- the answer is a breach of one of the four promises; no line means that they hold:
--   1  no accepted human document has left          3  repeats are bounded and recorded
--   2  the synthetic share is bounded everywhere    4  nothing is unaccounted for
-- Optional: SET VARIABLE damaged = ['/path/of/a/shard.parquet'] leaves out files that cannot be read.

-- ── The logs ─────────────────────────────────────────────────────────────────────────────────────
-- Names are literal: brackets keep *, ? and [ in a path from being taken as a pattern.
CREATE OR REPLACE TEMP MACRO literal_path(path) AS regexp_replace(path, '([*?[])', '[\1]', 'g');
SET VARIABLE root_glob = (SELECT literal_path(getvariable('root')));

CREATE OR REPLACE TEMP TABLE log_lines AS
SELECT CASE WHEN contains(filename, '/refused/_delta_log/') THEN 'refused' ELSE 'data' END AS kind,
       regexp_extract(filename, '(\d{20})\.json$', 1)::BIGINT AS version,
       json AS line
FROM read_ndjson_objects(
  [getvariable('root_glob') || '/data/_delta_log/*.json', getvariable('root_glob') || '/refused/_delta_log/*.json'],
  filename = true, maximum_object_size = 268435456);

CREATE OR REPLACE TEMP TABLE commits AS
SELECT kind, version, (line->'$.commitInfo.ballast') AS facts
FROM log_lines WHERE (line->'$.commitInfo') IS NOT NULL;

CREATE OR REPLACE TEMP TABLE adds AS
SELECT kind, version,
       getvariable('root') || '/' || kind || '/' || (line->>'$.add.path') AS file,
       ((line->>'$.add.stats')::JSON->>'$.numRecords')::BIGINT AS records
FROM log_lines WHERE (line->'$.add') IS NOT NULL;

CREATE OR REPLACE TEMP TABLE ranges AS
SELECT kind, version, entry.key AS part,
       (entry.value->>'$.from')::BIGINT AS first, (entry.value->>'$.to')::BIGINT AS last
FROM commits, json_each(facts->'$.offsets') AS entry;

CREATE OR REPLACE TEMP TABLE limits AS
SELECT kind, version,
       coalesce((facts->>'$.limits.unverified')::DOUBLE, 0.2) AS unverified,
       coalesce((facts->>'$.limits.total')::DOUBLE, 0.3) AS total,
       coalesce((facts->>'$.limits.repeatedTokens')::DOUBLE, 0.05) AS repeated
FROM commits;

-- ── The rows ─────────────────────────────────────────────────────────────────────────────────────
SET VARIABLE data_files = (
  SELECT coalesce(list(DISTINCT literal_path(file)), []) FROM adds
  WHERE kind = 'data' AND NOT list_contains(coalesce(getvariable('damaged')::VARCHAR[], []), file));
SET VARIABLE refused_files = (
  SELECT coalesce(list(DISTINCT literal_path(file)), []) FROM adds
  WHERE kind = 'refused' AND NOT list_contains(coalesce(getvariable('damaged')::VARCHAR[], []), file));

-- A table without shards has no file to read the columns from; their list stands here once for both.
SET VARIABLE row_columns = 'id, stratum, origin, pool, lane, p_synthetic, calibration_error, verify, repeat_index,
  repeats_granted, token_count, generation, unit, position_topic, position_partition, position_offset, replay_of';
SET VARIABLE no_rows = 'SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS stratum, NULL::VARCHAR AS origin, NULL::VARCHAR AS pool,
  NULL::VARCHAR AS lane, NULL::DOUBLE AS p_synthetic, NULL::DOUBLE AS calibration_error,
  NULL::VARCHAR AS verify, NULL::INTEGER AS repeat_index, NULL::INTEGER AS repeats_granted,
  NULL::INTEGER AS token_count, NULL::INTEGER AS generation, NULL::INTEGER AS unit,
  NULL::VARCHAR AS position_topic, NULL::INTEGER AS position_partition, NULL::BIGINT AS position_offset,
  NULL::VARCHAR AS replay_of';
SET VARIABLE data_query = (SELECT CASE WHEN len(getvariable('data_files')) = 0
  THEN getvariable('no_rows') || ', '''' AS file, 0::BIGINT AS place WHERE false'
  ELSE 'SELECT ' || getvariable('row_columns') || ', filename AS file, file_row_number AS place
        FROM read_parquet(getvariable(''data_files''), filename = true, file_row_number = true, union_by_name = true)' END);
SET VARIABLE refused_query = (SELECT CASE WHEN len(getvariable('refused_files')) = 0
  THEN getvariable('no_rows') || ', '''' AS file, '''' AS action, '''' AS reason WHERE false'
  ELSE 'SELECT ' || getvariable('row_columns') || ', filename AS file, action, reason
        FROM read_parquet(getvariable(''refused_files''), filename = true, union_by_name = true)' END);
SET VARIABLE group_query = (SELECT CASE WHEN len(getvariable('data_files')) = 0
  THEN 'SELECT '''' AS file, 0::BIGINT AS g, 0::BIGINT AS n WHERE false'
  ELSE 'SELECT DISTINCT file_name AS file, row_group_id AS g, row_group_num_rows AS n
        FROM parquet_metadata(getvariable(''data_files''))' END);

CREATE OR REPLACE TEMP TABLE row_groups AS
SELECT file, g, n, sum(n) OVER (PARTITION BY file ORDER BY g) - n AS start FROM query(getvariable('group_query'));

-- What is unknown about a row counts fully: p and calibration error of a null are 1.
CREATE OR REPLACE TEMP TABLE kept AS
SELECT r.* EXCLUDE (p_synthetic, calibration_error, place),
       coalesce(p_synthetic, 1) AS p, coalesce(calibration_error, 1) AS eps,
       coalesce(token_count, 0)::DOUBLE AS t, gr.g AS row_group
FROM query(getvariable('data_query')) AS r
ASOF JOIN row_groups AS gr ON r.file = gr.file AND r.place >= gr.start;

CREATE OR REPLACE TEMP TABLE refused AS
SELECT *, coalesce(token_count, 0)::DOUBLE AS t, coalesce(p_synthetic, 0) AS p FROM query(getvariable('refused_query'));

-- ── Replays: all copies of one root are one document ─────────────────────────────────────────────
CREATE OR REPLACE TEMP MACRO position_of(topic, partition, "offset") AS topic || '/' || partition || '/' || "offset";

CREATE OR REPLACE TEMP TABLE superseded AS
SELECT position_of(position_topic, position_partition, position_offset) AS place,
       coalesce(replay_of, position_of(position_topic, position_partition, position_offset)) AS root,
       regexp_extract(root, '^(.*)/\d+/\d+$', 1) AS root_topic,
       try_cast(regexp_extract(root, '/(\d+)/\d+$', 1) AS INTEGER) AS root_partition,
       try_cast(regexp_extract(root, '/(\d+)$', 1) AS BIGINT) AS root_offset
FROM refused WHERE action = 'reject' AND reason = 'superseded';

-- Kept copies with their roots. Anyone may put a header on a message of his own and so name a root that his
-- text is no copy of: only equal texts are one document.
SET VARIABLE copies_query = (SELECT CASE WHEN count(replay_of) = 0
  THEN 'SELECT NULL::VARCHAR AS root, NULL::VARCHAR AS text_hash WHERE false'
  ELSE 'SELECT coalesce(replay_of, position_of(position_topic, position_partition, position_offset)) AS root, md5(text) AS text_hash
        FROM read_parquet(getvariable(''data_files''), union_by_name = true)
        WHERE repeat_index = 0 AND (replay_of IS NOT NULL OR position_of(position_topic, position_partition, position_offset)
          IN (SELECT replay_of FROM kept WHERE replay_of IS NOT NULL))' END FROM kept);
CREATE OR REPLACE TEMP TABLE copies AS FROM query(getvariable('copies_query'));

-- ── The bound: U = F + eps + 2.33·sd per judged unit; copies in a unit are one document of r·t ────
CREATE OR REPLACE TEMP TABLE unit_documents AS
SELECT file, generation, unit, position_topic, position_partition, position_offset,
       count(*) * any_value(t) AS rt, any_value(p) AS p, any_value(eps) AS eps, any_value(verify) AS verify,
       any_value(t) * count(*) FILTER (repeat_index = 0) AS own
FROM kept WHERE unit IS NOT NULL
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE units AS
SELECT file, generation, unit, sum(own) AS tokens,
       sum(rt * p) AS expected, sum(rt * eps) AS eps, sum(rt * rt * p * (1 - p)) AS variance,
       sum(CASE WHEN p > 0 AND p < 1 THEN rt * rt ELSE 0 END) AS squares,
       coalesce(sum(rt * p) FILTER (verify = 'none'), 0) AS expected_unverified,
       coalesce(sum(rt * eps) FILTER (verify = 'none'), 0) AS eps_unverified,
       coalesce(sum(rt * rt * p * (1 - p)) FILTER (verify = 'none'), 0) AS variance_unverified
FROM unit_documents GROUP BY ALL;

-- Upper bound of a run with these sums; no tokens of its own with anything expected is unbounded.
CREATE OR REPLACE TEMP MACRO upper_bound(expected, eps, variance, tokens) AS
  CASE WHEN tokens > 0 THEN (expected + eps + 2.33 * sqrt(greatest(variance, 0))) / tokens
       WHEN expected + eps > 0 THEN 'infinity'::DOUBLE ELSE 0 END;

-- Copies of one document within a shard lie in several units: wider scopes fold them once more.
CREATE OR REPLACE TEMP TABLE shard_documents AS
SELECT file, generation, position_topic, position_partition, position_offset,
       sum(rt) AS rt, any_value(p) AS p, any_value(eps) AS eps, any_value(verify) AS verify, sum(own) AS own
FROM unit_documents GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE scopes AS
WITH scoped AS (
  SELECT 'shard' AS scope, file AS name, * EXCLUDE (file, generation) FROM shard_documents
  UNION ALL SELECT 'generation', generation::VARCHAR, * EXCLUDE (file, generation) FROM shard_documents
  UNION ALL SELECT 'cumulative', 'all', * EXCLUDE (file, generation) FROM shard_documents)
SELECT scope, name, sum(own) AS tokens, count(*) AS documents,
       sum(rt * p) / nullif(sum(own), 0) AS share,
       upper_bound(sum(rt * p), sum(rt * eps), sum(rt * rt * p * (1 - p)), sum(own)) AS upper,
       coalesce(sum(rt * p) FILTER (verify = 'none'), 0) / nullif(sum(own), 0) AS share_unverified,
       upper_bound(coalesce(sum(rt * p) FILTER (verify = 'none'), 0), coalesce(sum(rt * eps) FILTER (verify = 'none'), 0),
                   coalesce(sum(rt * rt * p * (1 - p)) FILTER (verify = 'none'), 0), sum(own)) AS upper_unverified
FROM scoped GROUP BY ALL;

-- ── Recount per commit ───────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE TEMP TABLE recount AS
WITH all_rows AS (
  SELECT file, origin, pool, repeat_index, t, p FROM kept
  UNION ALL SELECT file, origin, pool, repeat_index, t, p FROM refused)
SELECT a.kind, a.version, count(r.file) AS found,
       count(*) FILTER (r.repeat_index = 0 AND r.pool = 'anchor') AS anchor,
       count(*) FILTER (r.repeat_index = 0 AND r.origin = 'human') AS human,
       count(*) FILTER (r.repeat_index = 0 AND r.origin = 'synthetic') AS synthetic,
       count(*) FILTER (r.repeat_index = 0 AND r.origin = 'unknown') AS "unknown",
       coalesce(sum(r.t) FILTER (r.repeat_index = 0 AND r.origin = 'human'), 0) AS human_tokens,
       coalesce(sum(r.t) FILTER (r.repeat_index = 0 AND r.origin = 'synthetic'), 0) AS synthetic_tokens,
       coalesce(sum(r.t) FILTER (r.repeat_index = 0 AND r.origin = 'unknown'), 0) AS unknown_tokens,
       coalesce(sum(r.t * r.p), 0) AS expected
FROM (SELECT DISTINCT kind, version, file FROM adds) AS a LEFT JOIN all_rows AS r USING (file)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE stated AS
SELECT kind, version, (facts->>'$.counts.rows')::BIGINT AS row_count,
       coalesce((facts->>'$.counts.pool.anchor.documents')::BIGINT, 0) AS anchor,
       (facts->>'$.counts.origin.human.documents')::BIGINT AS human,
       (facts->>'$.counts.origin.synthetic.documents')::BIGINT AS synthetic,
       (facts->>'$.counts.origin.unknown.documents')::BIGINT AS "unknown",
       (facts->>'$.counts.origin.human.tokens')::DOUBLE AS human_tokens,
       (facts->>'$.counts.origin.synthetic.tokens')::DOUBLE AS synthetic_tokens,
       (facts->>'$.counts.origin.unknown.tokens')::DOUBLE AS unknown_tokens,
       (facts->>'$.counts.origin.human.expected')::DOUBLE + (facts->>'$.counts.origin.synthetic.expected')::DOUBLE
         + (facts->>'$.counts.origin.unknown.expected')::DOUBLE AS expected,
       (facts->>'$.totals.rows')::BIGINT AS total_rows,
       (facts->>'$.totals.origin.human.tokens')::DOUBLE AS total_human_tokens
FROM commits;

CREATE OR REPLACE TEMP TABLE positions AS
SELECT position_topic, position_partition, position_offset, count(*) AS times
FROM (SELECT position_topic, position_partition, position_offset FROM kept WHERE repeat_index = 0
      UNION ALL SELECT position_topic, position_partition, position_offset FROM refused)
GROUP BY ALL;

-- What the last commit that speaks of it says was still on its way at that moment: `in` documents
-- ingested in all, of which so many wait in a lane or are in flight. Each a number, or {documents}.
CREATE OR REPLACE TEMP TABLE flow AS
WITH stated_flow AS (
  SELECT version, facts->'$.ledger.flow' AS f FROM commits
  WHERE kind = 'data' AND (facts->'$.ledger.flow') IS NOT NULL ORDER BY version DESC LIMIT 1)
SELECT version,
       coalesce(try_cast(f->>'$.in' AS BIGINT), try_cast(f->>'$.in.documents' AS BIGINT)) AS ingested,
       coalesce(try_cast(f->>'$.waiting' AS BIGINT), try_cast(f->>'$.waiting.documents' AS BIGINT), 0)
     + coalesce(try_cast(f->>'$.inFlight' AS BIGINT), try_cast(f->>'$.inFlight.documents' AS BIGINT), 0) AS documents
FROM stated_flow;

-- Positions below the greatest one that data/ held at that moment, and that neither table holds now:
-- they were ingested by then, so each must have been waiting or in flight.
CREATE OR REPLACE TEMP TABLE missing AS
WITH horizon AS (
  SELECT position_topic, position_partition, max(position_offset) AS last
  FROM kept JOIN adds USING (file) WHERE version <= coalesce((SELECT version FROM flow), version) GROUP BY ALL)
SELECT position_topic, position_partition, any_value(last) + 1 - count(*) AS documents
FROM positions JOIN horizon USING (position_topic, position_partition) WHERE position_offset <= last
GROUP BY ALL;

-- Strata of the reference: the share of human tokens wanted and the share that is there, repeats
-- included. A stratum below its target is limited by its data, and named.
CREATE OR REPLACE TEMP TABLE strata AS
WITH reference AS (
  SELECT facts->'$.ledger.reference' AS r FROM commits
  WHERE kind = 'data' AND (facts->'$.ledger.reference') IS NOT NULL ORDER BY version DESC LIMIT 1),
target AS (
  SELECT entry.key AS stratum, entry.value::DOUBLE AS target FROM reference, json_each(r) AS entry),
reached AS (SELECT stratum, sum(t) AS tokens, count(*) FILTER (repeat_index = 0) AS documents FROM kept WHERE origin = 'human' GROUP BY stratum)
SELECT target.stratum, target, coalesce(documents, 0) AS documents, coalesce(tokens, 0) AS tokens,
       coalesce(coalesce(tokens, 0) / nullif(sum(coalesce(tokens, 0)) OVER (), 0), 0) AS share
FROM target LEFT JOIN reached ON reached.stratum = target.stratum;

-- ── Breaches ─────────────────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE TEMP TABLE breaches (promise INTEGER, rule VARCHAR, place VARCHAR, found VARCHAR);

INSERT INTO breaches
SELECT 1, 'nothing is removed', kind || ' version ' || version, 'the log removes ' || (line->>'$.remove.path')
FROM log_lines WHERE (line->'$.remove') IS NOT NULL
UNION ALL
SELECT 1, 'the table stays append-only', kind || ' version ' || version, 'metadata or protocol was written again'
FROM log_lines WHERE version > 0 AND ((line->'$.metaData') IS NOT NULL OR (line->'$.protocol') IS NOT NULL)
UNION ALL
SELECT 1, 'the table stays append-only', kind, 'version 0 does not set delta.appendOnly'
FROM log_lines WHERE version = 0 AND (line->'$.metaData') IS NOT NULL
  AND (line->>'$.metaData.configuration."delta.appendOnly"') IS DISTINCT FROM 'true'
UNION ALL
SELECT 1, 'every human document is still there', s.kind || ' version ' || s.version,
       format('{} attested and {} human documents were committed, {} and {} are there',
              s.anchor, s.human, coalesce(r.anchor, 0), coalesce(r.human, 0))
FROM stated AS s LEFT JOIN recount AS r USING (kind, version)
WHERE coalesce(r.anchor, 0) < s.anchor OR coalesce(r.human, 0) < s.human
UNION ALL
SELECT 1, 'an attested document is never rejected', id, reason
FROM refused WHERE pool = 'anchor' AND action = 'reject' AND NOT contains(reason, 'duplicate') AND reason <> 'superseded'
UNION ALL
SELECT 1, 'a copy is superseded only by one that is kept', place, 'no copy of ' || root || ' is kept'
FROM superseded AS s
WHERE NOT EXISTS (FROM kept AS k WHERE k.replay_of = s.root)
  AND NOT EXISTS (FROM kept AS k WHERE k.position_topic = s.root_topic AND k.position_partition = s.root_partition
                    AND k.position_offset = s.root_offset);

INSERT INTO breaches
WITH bounds AS (
  SELECT u.*, l.unverified, l.total,
         upper_bound(expected, eps, variance, tokens) AS upper,
         upper_bound(expected_unverified, eps_unverified, variance_unverified, tokens) AS upper_unverified,
         CASE WHEN squares > 0 THEN tokens * tokens / squares ELSE 'infinity'::DOUBLE END AS effective
  FROM units AS u JOIN (SELECT DISTINCT file, kind, version FROM adds) AS a USING (file) JOIN limits AS l USING (kind, version))
SELECT 2, 'every judged unit is within the cap', file || ' unit ' || unit,
       format('upper bound {:.6f} of unverified text, cap {}', upper_unverified, unverified)
FROM bounds WHERE upper_unverified > unverified + 1e-9
UNION ALL
SELECT 2, 'every judged unit is within the cap', file || ' unit ' || unit,
       format('upper bound {:.6f} of all text, cap {}', upper, total)
FROM bounds WHERE upper > total + 1e-9
UNION ALL
SELECT 2, 'every judged unit is large enough for the bound', file || ' unit ' || unit,
       format('effective count {:.1f}, needed are 306', effective)
FROM bounds WHERE effective < 306 - 1e-6
UNION ALL
SELECT 2, 'what is too small to judge is human-lane text', file || ' row group ' || row_group,
       format('{} rows of other lanes', count(*))
FROM kept WHERE unit IS NULL AND lane IS DISTINCT FROM 'human' GROUP BY file, row_group
UNION ALL
SELECT 2, 'a row group belongs to one unit', file || ' row group ' || row_group,
       format('{} units', count(DISTINCT coalesce(unit, -1)))
FROM kept GROUP BY file, row_group HAVING count(DISTINCT coalesce(unit, -1)) > 1
UNION ALL
SELECT 2, 'a unit is a run of consecutive row groups', file || ' unit ' || unit,
       format('{} row groups between {} and {}', count(DISTINCT row_group), min(row_group), max(row_group))
FROM kept WHERE unit IS NOT NULL GROUP BY file, unit
HAVING max(row_group) - min(row_group) + 1 <> count(DISTINCT row_group)
UNION ALL
SELECT 2, 'the share of a ' || scope || ' is within the cap', name,
       format('upper bounds {:.6f} unverified, {:.6f} in all', upper_unverified, upper)
FROM scopes, (SELECT max(unverified) AS unverified, max(total) AS total FROM limits)
WHERE upper_unverified > unverified + 1e-9 OR upper > total + 1e-9;

INSERT INTO breaches
WITH documents AS (
  SELECT file, position_topic || '/' || position_partition || '/' || position_offset AS place, count(*) AS times,
         count(DISTINCT row_group) AS groups, count(DISTINCT repeat_index) AS indexes,
         max(repeat_index) AS last, min(repeats_granted) AS least, max(repeats_granted) AS most
  FROM kept GROUP BY ALL)
SELECT 3, 'a document has at most four copies', place, format('{} copies', greatest(times, last + 1, most))
FROM documents WHERE times > 4 OR last > 3 OR most > 4
UNION ALL
SELECT 3, 'copies are recorded', place, format('{} rows, granted were {}', times, most)
FROM documents WHERE times <> most OR least <> most OR indexes <> times OR last + 1 <> times
UNION ALL
SELECT 3, 'copies lie in distinct row groups', place, format('{} copies in {} row groups', times, groups)
FROM documents WHERE groups <> times
UNION ALL
SELECT 3, 'repeated tokens of a shard are bounded', file,
       format('{:.6f} of its tokens are repeats, allowed are {}', sum(t) FILTER (repeat_index > 0) / sum(t), any_value(repeated))
FROM kept JOIN (SELECT DISTINCT file, kind, version FROM adds) USING (file) JOIN limits USING (kind, version)
GROUP BY file HAVING sum(t) FILTER (repeat_index > 0) > any_value(repeated) * sum(t) + 1e-6;

INSERT INTO breaches
SELECT 4, 'every commit is Ballast''s own', kind || ' version ' || version, 'no ballast object'
FROM (SELECT kind, version, max((line->'$.commitInfo.ballast') IS NOT NULL) AS own FROM log_lines GROUP BY ALL) WHERE NOT own
UNION ALL
SELECT 4, 'versions are contiguous', kind, format('{} versions up to {}', count(DISTINCT version), max(version))
FROM log_lines GROUP BY kind HAVING max(version) + 1 <> count(DISTINCT version)
UNION ALL
SELECT 4, 'a shard is added once', file, format('{} times', count(*)) FROM adds GROUP BY file HAVING count(*) > 1
UNION ALL
SELECT 4, 'offsets follow each other', kind || ' version ' || version,
       format('{} goes on at {}, expected was {}', part, first, due)
FROM (SELECT *, coalesce(lag(last) OVER (PARTITION BY kind, part ORDER BY version) + 1, 0) AS due FROM ranges)
WHERE first <> due OR last < first
UNION ALL
SELECT 4, 'the rows are those that were committed', s.kind || ' version ' || s.version,
       format('{} rows with {} human, {} synthetic, {} unknown tokens were committed; {} rows with {}, {}, {} are there',
              s.row_count, s.human_tokens, s.synthetic_tokens, s.unknown_tokens, coalesce(r.found, 0),
              coalesce(r.human_tokens, 0), coalesce(r.synthetic_tokens, 0), coalesce(r.unknown_tokens, 0))
FROM stated AS s LEFT JOIN recount AS r USING (kind, version)
WHERE s.row_count <> coalesce(r.found, 0) OR s.human <> coalesce(r.human, 0) OR s.synthetic <> coalesce(r.synthetic, 0)
   OR s."unknown" <> coalesce(r."unknown", 0) OR s.human_tokens <> coalesce(r.human_tokens, 0)
   OR s.synthetic_tokens <> coalesce(r.synthetic_tokens, 0) OR s.unknown_tokens <> coalesce(r.unknown_tokens, 0)
   OR abs(s.expected - coalesce(r.expected, 0)) > 1e-6 * greatest(1, s.expected)
UNION ALL
SELECT 4, 'a shard holds the rows its commit says', a.file, format('{} rows, {} were committed', coalesce(n, 0), a.records)
FROM adds AS a LEFT JOIN (SELECT file, count(*) AS n FROM (SELECT file FROM kept UNION ALL SELECT file FROM refused) GROUP BY file) USING (file)
WHERE a.records <> coalesce(n, 0)
UNION ALL
SELECT 4, 'running totals add up', kind || ' version ' || version, format('{} rows in all, counted are {}', total_rows, running)
FROM (SELECT *, sum(row_count) OVER w AS running, sum(human_tokens) OVER w AS running_human
      FROM stated WINDOW w AS (PARTITION BY kind ORDER BY version))
WHERE total_rows <> running OR total_human_tokens <> running_human
UNION ALL
SELECT 4, 'no document is written twice', position_topic || '/' || position_partition || '/' || position_offset,
       format('{} times', times)
FROM positions WHERE times > 1
UNION ALL
SELECT 4, 'of several copies of a document one is kept', root, format('{} copies are kept', count(*))
FROM copies GROUP BY root, text_hash HAVING count(*) > 1
UNION ALL
SELECT 4, 'no document is lost', (SELECT string_agg(position_topic || '/' || position_partition, ', ') FROM missing WHERE documents > 0),
       format('{} documents are in neither table, {} were said to wait or to be in flight', sum(m.documents), any_value(f.documents))
FROM missing AS m, flow AS f HAVING sum(m.documents) > any_value(f.documents)
UNION ALL
SELECT 4, 'what was ingested adds up', 'data version ' || version,
       format('{} documents were ingested, {} are in the tables and {} were said to wait or to be in flight', ingested, stored, documents)
FROM (SELECT f.*, (SELECT count(*) FROM positions) AS stored FROM flow AS f) WHERE stored + documents < ingested;

SELECT promise, rule, place, found FROM breaches ORDER BY ALL;
