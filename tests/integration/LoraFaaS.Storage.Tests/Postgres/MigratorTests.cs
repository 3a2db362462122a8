using LoraFaaS.Storage.Postgres.Migrations;
using LoraFaaS.Storage.Tests.Fixtures;
using Npgsql;

namespace LoraFaaS.Storage.Tests.Postgres;

public sealed class MigratorTests(PostgresFixture fixture)
{
    private static readonly Migration One = new(1, "0001_one.sql", "CREATE TABLE one (x int);\nINSERT INTO one VALUES (1);\n");
    private static readonly Migration Two = new(2, "0002_two.sql", "CREATE TABLE two (x int)");

    [Fact]
    public void Embedded_migrations_have_numbers_of_their_own_and_are_applied_in_their_order()
    {
        var numbers = Migration.Embedded().Select(migration => migration.Number).ToList();

        // A gap is a number that is taken by what is not merged yet; it is applied when it comes.
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task Many_controllers_at_once_apply_each_file_once()
    {
        var database = await EmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => RunAsync(database, One, Two))));

        Assert.Equal(1L, await ScalarAsync(database, "SELECT count(*) FROM one"));
        Assert.Equal(2L, await ScalarAsync(database, "SELECT count(*) FROM schema_migrations"));
    }

    [Fact]
    public async Task New_file_is_applied_to_an_older_database()
    {
        var database = await EmptyAsync();
        await RunAsync(database, One);

        await RunAsync(database, One, Two);

        Assert.Equal(0L, await ScalarAsync(database, "SELECT count(*) FROM two"));
    }

    [Fact]
    public async Task File_changed_after_it_was_applied_stops_the_start()
    {
        var database = await EmptyAsync();
        await RunAsync(database, One);

        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => RunAsync(database, One with { Sql = One.Sql + "-- more" }, Two));

        Assert.Contains("0001_one.sql was changed", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await ScalarAsync(database, "SELECT count(*) FROM schema_migrations"));
    }

    [Fact]
    public async Task Line_ends_are_no_change()
    {
        var database = await EmptyAsync();
        await RunAsync(database, One);

        await RunAsync(database, One with { Sql = One.Sql.ReplaceLineEndings("\r\n") });
    }

    [Fact]
    public async Task Database_of_a_newer_release_stops_the_start()
    {
        var database = await EmptyAsync();
        await RunAsync(database, One, Two);

        Assert.Contains("0002_two.sql", (await Assert.ThrowsAsync<StorageStartException>(() => RunAsync(database, One))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_fails_leaves_nothing_of_itself()
    {
        var database = await EmptyAsync();

        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(database, One, Two with { Sql = "CREATE TABLE two (x int); SELECT 1/0" }));

        Assert.Equal(DBNull.Value, await ScalarAsync(database, "SELECT to_regclass('two')::text"));
        await RunAsync(database, One, Two);
    }

    [Fact]
    public async Task Schema_file_is_what_the_migrations_make()
    {
        var server = await fixture.ServerAsync();
        var (migrated, fromFile) = (await EmptyAsync(), await EmptyAsync());
        await RunAsync(migrated, [.. Migration.Embedded()]);
        await server.RunToolAsync("psql", fromFile, "-q", "-v", "ON_ERROR_STOP=1", "-f", RepositoryRoot.Of("db", "schema.sql"));

        Assert.Equal(await DumpAsync(migrated), await DumpAsync(fromFile));
    }

    /// <summary>Without what differs between versions and runs of pg_dump.</summary>
    private async Task<string> DumpAsync(string database)
    {
        var dump = await (await fixture.ServerAsync()).RunToolAsync("pg_dump", database, "--schema-only", "--no-owner", "--no-privileges");

        return string.Join('\n', dump.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal) && !line.StartsWith('\\')));
    }

    private async Task<string> EmptyAsync() => await (await fixture.ServerAsync()).CreateDatabaseAsync();

    private static async Task RunAsync(string database, params Migration[] migrations)
    {
        await using var source = NpgsqlDataSource.Create(Unpooled(database));
        await new Migrator(source, migrations, NullLogger<Migrator>.Instance).RunAsync(CancellationToken.None);
    }

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Unpooled(database));
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static string Unpooled(string database) => new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString;
}
