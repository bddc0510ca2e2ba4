"""The analysts of a PostgreSQL warehouse: roles that read the documented views and can do nothing else.

A role is made narrow, then looked at from the server's side: whatever it could do beyond reading views, by itself,
through PUBLIC or through another role, is named and nothing is granted. An analyst may set its own `statement_timeout`
back, for a session and for good; so what runs beyond the limit is ended from outside, by `curb`, which reads the limit
where the role cannot write: in its comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from models.errors import WarehouseError
from models.views import VIEWS

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_LOCK_WAIT_MS: Final = 5_000
_ABOUT: Final = "reads the documented views of a Wirewatch warehouse"  # the mark of an analyst's role
_TEMP_FILES: Final = "1GB"  # of one session, for sorting
# Everybody may call these, and they leave something behind; only a superuser can take them away.
_WRITING_FUNCTIONS: Final = (
    *("lo_creat", "lo_create", "lo_from_bytea", "lo_import", "lo_open", "lo_put", "lo_unlink", "lowrite"),
    *("lo_truncate", "lo_truncate64", "pg_logical_emit_message"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystLimits:
    """How much an analyst's role may take."""

    statement_s: int = 60
    connections: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A session that was ended because it ran beyond its role's limit, or held a lock of ours."""

    role: str
    pid: int
    ran_s: float
    why: str


# ---------------------------------------------------------------- grant


def grant(connection: Connection, role: str, limits: AnalystLimits, *, password: str | None = None) -> tuple[str, ...]:
    """Create or update an analyst's role; gives what only a superuser could still take away from it.

    Args:
        connection: a transaction of the warehouse's owner; to be rolled back when this raises.
        role: its name.
        limits: what it may take.
        password: to log in with; sent as a SCRAM digest. None leaves it as it is.

    Raises:
        WarehouseError: the name is none, or the role could do more than read views; nothing may be kept.
    """
    if not _NAME.fullmatch(role) or role.startswith("pg_"):
        raise WarehouseError(f"role {role!r}", "is no name for one", hint="small letters, digits and _")
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if exists:
        _refuse_excess(role, _own_powers(connection, role))
    is_super = _is_superuser(connection)
    named = f'"{role}"'
    for statement in _statements(connection, named, limits, exists=bool(exists), is_super=is_super):
        connection.exec_driver_sql(statement)
    if password is not None:
        connection.exec_driver_sql(f"ALTER ROLE {named} PASSWORD '{_scram(connection, role, password)}'")
    _refuse_excess(role, excess(connection, role))
    return () if is_super else ("large objects: let a superuser run this command once",)


def _statements(
    connection: Connection, named: str, limits: AnalystLimits, *, exists: bool, is_super: bool
) -> Iterator[str]:
    database, schema = (_quoted(connection, word) for word in ("current_database()", "current_schema()"))
    yield f"{'ALTER' if exists else 'CREATE'} ROLE {named} LOGIN CONNECTION LIMIT {limits.connections}"
    yield f"COMMENT ON ROLE {named} IS '{_ABOUT}, at most {limits.statement_s} s a statement'"
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    yield f"REVOKE ALL ON DATABASE {database} FROM {named}"
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {named}"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM {named}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {named}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {named}"
    yield f"GRANT SELECT ON {', '.join(VIEWS)} TO {named}"
    wait_ms = limits.statement_s * 1000
    for name, value in (
        ("statement_timeout", wait_ms),
        ("idle_in_transaction_session_timeout", wait_ms),
        ("lock_timeout", _LOCK_WAIT_MS),
        ("default_transaction_read_only", "on"),
        ("search_path", schema),
    ):
        yield f"ALTER ROLE {named} IN DATABASE {database} SET {name} = {value}"
    if is_super:
        yield f"ALTER ROLE {named} IN DATABASE {database} SET temp_file_limit = '{_TEMP_FILES}'"
        yield from _withheld(connection)
    else:
        yield f"GRANT {named} TO CURRENT_USER"  # so that we may end its sessions


def _withheld(connection: Connection) -> Iterator[str]:
    found = connection.execute(
        text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY(:names) ORDER BY 1"
        ),
        {"names": list(_WRITING_FUNCTIONS)},
    )
    return (f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC" for name in found.scalars().all())


def _quoted(connection: Connection, word: str) -> str:
    return str(connection.exec_driver_sql(f"SELECT quote_ident({word})").scalar_one())


def _is_superuser(connection: Connection) -> bool:
    return str(connection.exec_driver_sql("SHOW is_superuser").scalar_one()) == "on"


def _scram(connection: Connection, role: str, password: str) -> str:
    """The password as the server would store it: the word itself goes to no server and into no log."""
    driver: Any = connection.connection.driver_connection
    digest: bytes = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return digest.decode()


def _refuse_excess(role: str, found: tuple[str, ...]) -> None:
    if found:
        raise WarehouseError(
            f"role {role}", f"can do more than read views: {'; '.join(found)}", hint="take that away, or name another"
        )


# ---------------------------------------------------------------- what a role can do

_POWERS: Final = text("""
SELECT unnest(ARRAY[
         CASE WHEN r.rolsuper THEN 'is a superuser' END, CASE WHEN r.rolcreatedb THEN 'makes databases' END,
         CASE WHEN r.rolcreaterole THEN 'makes roles' END, CASE WHEN r.rolreplication THEN 'replicates' END,
         CASE WHEN r.rolbypassrls THEN 'passes over row security' END]) AS power
FROM pg_roles r WHERE r.rolname = :role
UNION ALL
SELECT 'belongs to ' || quote_ident(g.rolname)
FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname = :role
UNION ALL
SELECT DISTINCT 'owns something' FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND r.rolname = :role
""")
_PRIVILEGES: Final = text("""
SELECT 'the database: ' || p FROM unnest(ARRAY['CREATE', 'TEMPORARY']) p
WHERE has_database_privilege(:role, current_database(), p)
UNION ALL
SELECT 'schema ' || quote_ident(n.nspname) || ': CREATE' FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(:role, n.oid, 'CREATE')
UNION ALL
SELECT quote_ident(c.relname) || ': ' || p
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND NOT (p = 'SELECT' AND c.relkind = 'v' AND n.nspname = current_schema() AND c.relname = ANY(:views))
  AND (has_table_privilege(:role, c.oid, p)
       OR (p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(:role, c.oid, p)))
UNION ALL
SELECT quote_ident(c.relname) || ': sequence'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_'
  AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(:role, c.oid, 'USAGE, SELECT, UPDATE') ELSE false END
UNION ALL
SELECT p.oid::regprocedure::text || ': runs as its owner'
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND has_function_privilege(:role, p.oid, 'EXECUTE')
ORDER BY 1
""")


def excess(connection: Connection, role: str) -> tuple[str, ...]:
    """What a role can do in this database beyond reading the documented views; empty when nothing."""
    found = connection.execute(_PRIVILEGES, {"role": role, "views": list(VIEWS)}).scalars().all()
    return (*_own_powers(connection, role), *map(str, found))


def _own_powers(connection: Connection, role: str) -> tuple[str, ...]:
    return tuple(str(power) for power in connection.execute(_POWERS, {"role": role}).scalars() if power)


# ---------------------------------------------------------------- limits that an analyst cannot set back

# A role that was granted before its comment told the limit has the usual one until it is granted again.
_OVERLONG: Final = text("""
SELECT a.pid AS pid, a.usename AS role, extract(epoch FROM clock_timestamp() - a.state_change) AS ran_s,
       CASE WHEN locks.pid IS NOT NULL THEN 'held an advisory lock' WHEN a.state = 'active' THEN 'ran too long'
            ELSE 'kept a transaction open' END AS why
FROM pg_stat_activity a
JOIN pg_roles r ON r.rolname = a.usename
CROSS JOIN LATERAL (SELECT coalesce(substring(shobj_description(r.oid, 'pg_authid') FROM 'at most ([0-9]+) s'), '60')
                    ::bigint AS s) allowed
LEFT JOIN (SELECT DISTINCT l.pid FROM pg_locks l WHERE l.locktype = 'advisory') locks ON locks.pid = a.pid
WHERE a.pid <> pg_backend_pid() AND a.datname = current_database()
  AND shobj_description(r.oid, 'pg_authid') LIKE '%Wirewatch warehouse%'
  AND (locks.pid IS NOT NULL
       OR (a.state <> 'idle' AND clock_timestamp() - a.state_change > allowed.s * interval '1 second'))
ORDER BY a.pid
""")


def curb(connection: Connection) -> tuple[Ended, ...]:
    """End every analyst's session that has run, or sat in a transaction, longer than its role was granted."""
    rows = connection.execute(_OVERLONG).all()
    for row in rows:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": row.pid})
    return tuple(Ended(role=row.role, pid=row.pid, ran_s=round(float(row.ran_s), 1), why=row.why) for row in rows)


# ---------------------------------------------------------------- over an upgrade

_READERS: Final = text("""
SELECT c.relname AS view, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS reader
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:views)
  AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
""")


def readers(connection: Connection) -> Mapping[str, frozenset[str]]:
    """Who may read each documented view that is there; upgrading makes the views anew, and grants go with them."""
    if connection.dialect.name != "postgresql":
        return {}
    rows = connection.execute(_READERS, {"views": list(VIEWS)}).all()
    there = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
            " AND relname = ANY(:views)"
        ),
        {"views": list(VIEWS)},
    ).scalars()
    return {view: frozenset(row.reader for row in rows if row.view == view) for view in there}


def let_read_again(connection: Connection, before: Mapping[str, frozenset[str]]) -> None:
    """Grant what was granted before; who read every view reads the new ones too."""
    of_all = frozenset.intersection(*before.values()) if before else frozenset()
    for view in VIEWS if before else ():
        for reader in sorted(before.get(view, of_all)):
            connection.exec_driver_sql(f"GRANT SELECT ON {view} TO {reader}")
