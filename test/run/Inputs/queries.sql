-- every kind of work: text, numbers, blobs, sorting, joins, indices, windows, json, dates
create table t(id integer primary key, k int, x real, s text, b blob)
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) insert into t select i, i * 7919 % 1009, i * 1.25 / 7, printf('row %05d %x', i, i * i), unhex(printf('%08x', i * 2654435)) from n
create index tk on t(k); create index ts on t(s collate nocase)
create table u(k int primary key, name text not null) without rowid
insert into u select distinct k, 'name-' || (k % 17) from t where k % 3 = 0
select count(*), sum(k), min(x), max(x), round(avg(x), 9), total(length(s)) from t
select k % 10, count(*), round(sum(x), 6) from t group by 1 order by 2 desc, 1
select u.name, count(*), max(t.s) from t join u using (k) group by 1 order by 1
select count(*) from t a join t b on a.k = b.k + 1 where a.x < b.x
select a.id from t a left join u on a.k = u.k where u.k is null order by a.s desc limit 5
select s, hex(b) from t where s like '%FF%' or s glob '*0?7*e' order by b, s limit 9
select id, row_number() over w, round(avg(x) over w, 6), lag(s, 2, '-') over w from t where k < 12 window w as (partition by k % 3 order by id rows 3 preceding) order by id
select upper(substr(s, 3, 7)), instr(s, '9'), replace(s, '0', 'oh'), trim(s, 'rw 0'), soundex(s), quote(b), unicode(s) from t where id % 611 = 0
select group_concat(s, ';'), string_agg(k, '+') from (select * from t order by k, id limit 7)
select json_extract(j, '$.a[2].b'), json_array_length(j, '$.a'), json_type(j, '$.c') from (select '{"a":[1,2,{"b":"text"}],"c":1.5e3}' j)
select key, value, type from json_each((select json_group_object(s, k) from t where id < 5))
select date('2024-02-29', '+1 year'), julianday('2000-01-01'), strftime('%j %W', '2026-11-23')
select 1e308 * 10, -5 % 3, 7 / 2, 7 / 2.0, 1 << 40, ~5, 0.1 + 0.2, 1e-300 / 3, abs(-9.5)
select cast('12.75abc' as real), cast(9.99 as int), typeof(1 || 2), printf('%.17g', 1 / 3.0)
select round(2.5), round(-2.567, 2), 9223372036854775807 + 1, max(3, 'a', 2.5), nullif(1, 1)
select count(*) from (select s from t intersect select s from t where k > 500 except select s from t where x > 300)
with recursive f(a, b, n) as (select 0, 1, 0 union all select b, a + b, n + 1 from f where n < 60) select max(a) from f
create trigger g after update on t when new.k > 1000 begin update u set name = 'many' where k = new.k - 1000; end
begin; update t set k = k + 1000, s = s || '!' where id % 5 = 0; savepoint p; delete from t where id % 2; rollback to p; delete from t where id % 7 = 3; commit
select count(*), sum(k), (select count(*) from u where name = 'many') from t
select sum(length(zeroblob(k))), count(distinct k), count(distinct substr(s, -3)) from t
select * from t where k between 1995 and 2000 order by x desc
insert into u values (3, 'again') on conflict (k) do update set name = name || excluded.name returning name
insert into u values (3, 'again')
select no_such(1)
vacuum; reindex; analyze
select tbl, idx, stat from sqlite_stat1 order by 1, 2
pragma integrity_check; pragma page_count
explain query plan select * from t where k = 5 and s = 'x' collate nocase
