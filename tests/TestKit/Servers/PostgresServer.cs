using System.Collections.Concurrent;
using System.Globalization;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.TestKit.Servers;

/// <summary>
/// A real Postgres of the tests' own: private data folder, Unix socket only, as user <c>postgres</c> when the tests run as root (it refuses
/// root), durable as in production. Or the one that <c>LORAFAAS_TEST_POSTGRES</c> (a connection string that may create databases) names.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "LORAFAAS_TEST_POSTGRES";

    private readonly TempFolder? _folder;
    private readonly ConcurrentBag<string> _databases = [];
    private readonly string _connectionString;
    private ServerProcess? _process;
    private int _database;

    private PostgresServer(string connectionString, TempFolder? folder)
    {
        _connectionString = connectionString;
        _folder = folder;
    }

    /// <summary>Whether it is the tests' own, so that they may crash it.</summary>
    public bool IsOwn => _folder is not null;

    /// <summary>The server in the variable, else one started here.</summary>
    public static Task<PostgresServer> StartAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? Task.FromResult(new PostgresServer(given, null)) : StartOwnAsync();

    /// <summary>A server that the test may crash and start again. With a password everybody needs one, the superuser this one.</summary>
    public static async Task<PostgresServer> StartOwnAsync(string? password = null)
    {
        var folder = new TempFolder();
        var passwordFile = folder.File("password");
        await File.WriteAllTextAsync(passwordFile, password ?? "unused");

        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "-R", "postgres:", folder.Path]);
        }

        await RunAsync(AsPostgres([Binary("initdb"), "-D", folder.File("data"), "-U", "postgres", "-A", password is null ? "trust" : "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C", "--no-sync"]));
        var server = new PostgresServer($"Host={folder.Path};Username=postgres;Password={password ?? "unused"};Database=postgres", folder);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A connection string for a database of this server.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_connectionString) { Database = database }.ConnectionString;

    /// <summary>Makes an empty database, or a copy of another that nobody is connected to; gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"lorafaas_test_{Environment.ProcessId}_{Guid.NewGuid():N}_{Interlocked.Increment(ref _database)}");
        await ExecuteAsync($"CREATE DATABASE \"{name}\"" + (template is null ? "" : $" TEMPLATE \"{template}\""));
        _databases.Add(name);
        return ConnectionString(name);
    }

    /// <summary>pg_dump's or psql's answer for one of this server's databases.</summary>
    public async Task<string> RunToolAsync(string tool, string connectionString, params IEnumerable<string> arguments)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);

        return await RunAsync(
            [
                Binary(tool), "-h", target.Host!, "-p", target.Port.ToString(CultureInfo.InvariantCulture), "-U", target.Username!,
                "-d", target.Database!, .. arguments,
            ],
            new Dictionary<string, string?> { ["PGPASSWORD"] = target.Password });
    }

    /// <summary>Ends at once, as by a crash: no checkpoint, connections cut.</summary>
    public Task CrashAsync() => _process!.EndAsync("QUIT");

    /// <summary>SIGSTOP to all its processes: it is there and says nothing.</summary>
    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    /// <summary>SIGKILL to all its processes: the next start recovers from the log.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public async Task StartAgainAsync()
    {
        if (_process is { } previous)
        {
            _process = null;
            await previous.DisposeAsync();
        }

        _process = await ServerProcess.StartAsync(
            AsPostgres([Binary("postgres"), "-D", _folder!.File("data"), "-k", _folder.Path, "-c", "listen_addresses=", "-c", "fsync=on"]),
            "QUIT",
            line => line.Contains("ready to accept connections", StringComparison.Ordinal),
            IsStartFailure)
            ?? throw new InvalidOperationException("Postgres did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_folder is not null)
        {
            _folder.Dispose();
            return;
        }

        foreach (var database in _databases)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)");
        }
    }

    /// <summary>Not every FATAL is one: clients that come too early are told "the database system is starting up".</summary>
    private static bool IsStartFailure(string line) =>
        line.Contains("FATAL:  could not", StringComparison.Ordinal) || line.Contains("FATAL:  lock file", StringComparison.Ordinal)
        || line.Contains("FATAL:  data directory", StringComparison.Ordinal);

    private static IEnumerable<string> AsPostgres(string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command;

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .Select(folder => Path.Combine(folder, "bin", name))
                .Where(File.Exists)
                .MaxBy(path => int.TryParse(path.Split('/')[4], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0) ?? name
            : name;

    private static async Task<string> RunAsync(IEnumerable<string> command, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var words = command.ToList();
        await using var process = ChildProcess.Start(words[0], words.Skip(1), environment: environment);
        process.CloseInput();
        var code = await Patience.ForAsync(process.Exited);

        return code == 0
            ? string.Join('\n', process.Output)
            : throw new InvalidOperationException($"{words[0]} ended with {code}.\n{process.Tail()}");
    }

    /// <summary>As the superuser, in the server's own database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
