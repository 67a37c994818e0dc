#if PostgreSQL
  import Grid

  /// The tables of a ledger, and rows in the form in which COPY takes them.
  enum PostgresSchema {
    static let version: Int64 = 1

    /// Makes everything; the triggers refuse changes to everybody, also to the tables' owner.
    static func creating(_ schema: String) -> String {
      """
      CREATE SCHEMA IF NOT EXISTS \(schema);
      SET LOCAL search_path = \(schema);
      CREATE TABLE entry (seq bigint PRIMARY KEY, body bytea NOT NULL, leaf bytea NOT NULL);
      ALTER TABLE entry ALTER body SET STORAGE EXTERNAL;
      CREATE TABLE checkpoint (size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL);
      CREATE TABLE name (id bytea PRIMARY KEY, path text NOT NULL UNIQUE, salt bytea NOT NULL);
      CREATE TABLE evidence (hash bytea PRIMARY KEY, kind bigint NOT NULL, body bytea NOT NULL);
      CREATE TABLE writer (single boolean PRIMARY KEY DEFAULT true CHECK (single),
        fence bigint NOT NULL, version bigint NOT NULL);
      INSERT INTO writer (fence, version) VALUES (0, \(version));
      CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
      CREATE TRIGGER entry_rows BEFORE UPDATE OR DELETE ON entry
        FOR EACH ROW EXECUTE FUNCTION append_only();
      CREATE TRIGGER entry_all BEFORE TRUNCATE ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION append_only();
      CREATE TRIGGER checkpoint_rows BEFORE UPDATE OF size, root OR DELETE ON checkpoint
        FOR EACH ROW EXECUTE FUNCTION append_only();
      CREATE TRIGGER checkpoint_all BEFORE TRUNCATE ON checkpoint
        FOR EACH STATEMENT EXECUTE FUNCTION append_only();
      """
    }

    /// What a writer's role needs; docs/OPERATING.md has the same lines.
    static func granting(_ role: String, on schema: String) -> String {
      """
      GRANT USAGE ON SCHEMA \(schema) TO \(role);
      GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \(schema) TO \(role);
      REVOKE INSERT ON \(schema).writer FROM \(role);
      GRANT UPDATE (fence) ON \(schema).writer TO \(role);
      GRANT UPDATE (note) ON \(schema).checkpoint TO \(role);
      """
    }

    /// Entries as rows of COPY's binary form, with its header and its end.
    static func rows(_ entries: [StoredEntry], from seq: Int64) -> [UInt8] {
      var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
      bytes.reserveCapacity(entries.reduce(64) { $0 + $1.body.count + 64 })
      func put(_ value: some FixedWidthInteger) {
        for shift in stride(from: type(of: value).bitWidth - 8, through: 0, by: -8) {
          bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
      }
      // Flags and the length of an extension, none of either.
      put(Int64(0))
      var seq = seq
      for entry in entries {
        put(Int16(3))
        put(Int32(8))
        put(seq)
        put(Int32(entry.body.count))
        bytes += entry.body
        put(Int32(32))
        bytes += entry.leaf.bytes
        seq += 1
      }
      put(Int16(-1))
      return bytes
    }
  }
#endif
