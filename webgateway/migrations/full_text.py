"""The full-text index of messages, `message_words`, and the triggers that keep it: SQL for each database.

On SQLite an FTS5 table over the view `message_texts`; on PostgreSQL a table of its own with a GIN index.
Neither is in the models: nothing but the triggers writes to it. Beside the words it holds of each message
whose it is, `t…` the tenant and `c…` the conversation, so that a search reads no more than it must
(records/index.py).

A migration that replaces SQLite's table of messages takes the triggers with it: it calls `drop` before and
`create` after.
"""

from alembic import op

TABLE = "message_words"

SQLITE = (
    """
    CREATE VIEW message_texts AS
    SELECT messages.id AS id, 't' || conversations.tenant_id || ' c' || conversations.id AS scope,
        messages.text AS text
    FROM messages JOIN conversations ON conversations.id = messages.conversation_id
    WHERE messages.text <> ''
    """,
    """
    CREATE VIRTUAL TABLE message_words USING fts5(
        scope, text, content='message_texts', content_rowid='id', columnsize=0,
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER message_words_added AFTER INSERT ON messages
    WHEN NEW.text <> '' AND NEW.conversation_id IS NOT NULL
    BEGIN
        INSERT INTO message_words (rowid, scope, text)
        SELECT id, scope, text FROM message_texts WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER message_words_changing BEFORE UPDATE OF text, conversation_id ON messages
    WHEN OLD.text IS NOT NEW.text OR OLD.conversation_id IS NOT NEW.conversation_id
    BEGIN
        INSERT INTO message_words (message_words, rowid, scope, text)
        SELECT 'delete', id, scope, text FROM message_texts WHERE id = OLD.id;
    END
    """,
    """
    CREATE TRIGGER message_words_changed AFTER UPDATE OF text, conversation_id ON messages
    WHEN OLD.text IS NOT NEW.text OR OLD.conversation_id IS NOT NEW.conversation_id
    BEGIN
        INSERT INTO message_words (rowid, scope, text)
        SELECT id, scope, text FROM message_texts WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER message_words_removed BEFORE DELETE ON messages
    BEGIN
        INSERT INTO message_words (message_words, rowid, scope, text)
        SELECT 'delete', id, scope, text FROM message_texts WHERE id = OLD.id;
    END
    """,
)
SQLITE_REBUILD = "INSERT INTO message_words (message_words) VALUES ('rebuild')"
SQLITE_DROP = (
    *(f"DROP TRIGGER IF EXISTS message_words_{when}" for when in ("added", "changing", "changed", "removed")),
    "DROP TABLE message_words",
    "DROP VIEW message_texts",
)

# As FTS5's unicode61 cuts words: without case and diacritics, at whatever is no letter or digit. PostgreSQL's
# own parser would keep addresses whole. `lower` of the database's locale knows ASCII alone where that is C.
POSTGRESQL = (
    r"""
    CREATE FUNCTION message_words_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT regexp_replace(
            regexp_replace(
                normalize(lower(left(said, 100000) {collation}), NFKD), '[\u0300-\u036f]', '', 'g'
            ),
            '[\u0001-/:-@[-`{{-\u00a9\u00ab-\u00b1\u00b4-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u3004'
            '\u3008-\u3020\ufe00-\ufe6f\uff00-\uff0f\uff1a-\uff20\U0001f000-\U0001faff]+', ' ', 'g')
    $$
    """,
    """
    CREATE FUNCTION message_words_of(said text, tenant_id bigint, conversation_id bigint) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT to_tsvector('simple', message_words_plain(said))
            || array_to_tsvector(ARRAY['t/' || tenant_id, 'c/' || conversation_id])
    $$
    """,
    """
    CREATE FUNCTION message_words_sought(term text, beginning boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        found tsquery := phraseto_tsquery('simple', message_words_plain(term));
    BEGIN
        IF beginning AND numnode(found) > 0 THEN
            RETURN (found::text || ':*')::tsquery;
        END IF;
        RETURN found;
    END
    $$
    """,
    """
    CREATE TABLE message_words (
        message_id bigint PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_message_words ON message_words USING gin (words) WITH (gin_pending_list_limit = 512)",
    # Always by the index: what the planner knows of single words tells nothing of several, and it would
    # rather read the table to its end.
    """
    CREATE FUNCTION message_words_found(sought tsquery, most integer) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 100
    SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $$
        SELECT message_id FROM message_words WHERE words @@ sought LIMIT most
    $$
    """,
    """
    CREATE FUNCTION message_words_add() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO message_words (message_id, words)
        SELECT id, message_words_of(
            text, (SELECT tenant_id FROM conversations WHERE id = added.conversation_id), conversation_id
        )
        FROM added WHERE text <> '' AND conversation_id IS NOT NULL;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER message_words_added AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION message_words_add()
    """,
    """
    CREATE FUNCTION message_words_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM message_words WHERE message_id = NEW.id;
        IF NEW.text <> '' AND NEW.conversation_id IS NOT NULL THEN
            INSERT INTO message_words (message_id, words)
            SELECT NEW.id, message_words_of(NEW.text, tenant_id, id)
            FROM conversations WHERE id = NEW.conversation_id;
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER message_words_changed AFTER UPDATE OF text, conversation_id ON messages FOR EACH ROW
    WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.conversation_id IS DISTINCT FROM NEW.conversation_id)
    EXECUTE FUNCTION message_words_change()
    """,
)
POSTGRESQL_REBUILD = """
    INSERT INTO message_words (message_id, words)
    SELECT messages.id, message_words_of(text, conversations.tenant_id, conversations.id)
    FROM messages JOIN conversations ON conversations.id = messages.conversation_id WHERE text <> ''
"""
POSTGRESQL_DROP = (
    "DROP TRIGGER message_words_added ON messages",
    "DROP TRIGGER message_words_changed ON messages",
    "DROP FUNCTION message_words_found(tsquery, integer)",
    "DROP TABLE message_words",
    "DROP FUNCTION message_words_add()",
    "DROP FUNCTION message_words_change()",
    "DROP FUNCTION message_words_sought(text, boolean)",
    "DROP FUNCTION message_words_of(text, bigint, bigint)",
    "DROP FUNCTION message_words_plain(text)",
)
ICU = 'COLLATE "und-x-icu"'


def create() -> None:
    """With the words of the messages that are there."""
    connection = op.get_bind()
    statements: tuple[str, ...] = SQLITE
    rebuild = SQLITE_REBUILD
    if connection.dialect.name == "postgresql":
        knows = "SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'"
        collation = ICU if connection.exec_driver_sql(knows).first() else ""
        plain, *rest = POSTGRESQL
        statements, rebuild = (plain.format(collation=collation), *rest), POSTGRESQL_REBUILD
    for statement in (*statements, rebuild):
        connection.exec_driver_sql(statement)


def drop() -> None:
    connection = op.get_bind()
    for statement in SQLITE_DROP if connection.dialect.name == "sqlite" else POSTGRESQL_DROP:
        connection.exec_driver_sql(statement)
