using System.Globalization;
using System.Text.RegularExpressions;
using LoraFaaS.TestKit.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Servers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Cluster;

/// <summary>
/// The compose file's platform as plain processes on one machine: the published programs, each service's variables, secrets and folders, and a loopback
/// address of its own for each service, so that ports are the real ones. The worker runs twice.
/// </summary>
public partial class ComposeCluster : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private readonly List<ClusterHost> _hosts = [];
    private Func<string[], ChildProcess>? _command;
    private PostgresServer? _postgres;
    private RedisServer? _redis;

    public IReadOnlyList<ClusterHost> Gateways => Of("gateway");

    public IReadOnlyList<ClusterHost> Controllers => Of("controller");

    public IReadOnlyList<ClusterHost> Workers => Of("worker");

    public IReadOnlyList<ClusterHost> Consoles => Of("console");

    public PostgresServer Postgres => _postgres!;

    public RedisServer Redis => _redis!;

    /// <summary>The platform's own database.</summary>
    public string Database => _postgres!.ConnectionString("lorafaas");

    /// <summary>Where a service keeps what it keeps.</summary>
    public string FolderOf(ClusterHost host) => _folder.File(host.Name);

    /// <summary>A key that may invoke everything.</summary>
    public string ApiKey { get; private set; } = "";

    /// <summary>The admin's.</summary>
    public string Password => File.ReadAllText(Secret("password")).Trim();

    public string InternalToken => File.ReadAllText(Secret("internal-token")).Trim();

    public async Task StartAsync()
    {
        await MakeSecretsAsync();
        _redis = await RedisServer.StartOwnAsync();
        _postgres = await PostgresServer.StartOwnAsync("superuser-only");
        await _postgres.ExecuteAsync($"CREATE ROLE lorafaas LOGIN PASSWORD '{(await File.ReadAllTextAsync(Secret("postgres-password"))).Trim()}'");
        await _postgres.ExecuteAsync("CREATE DATABASE lorafaas OWNER lorafaas");

        var programs = await PublishedPrograms.PublishAsync(_folder.File("app"));
        var services = ComposeFile.Read().Values.Where(service => service.Image.StartsWith("lorafaas/", StringComparison.Ordinal)).ToList();
        var cli = services.Single(service => service.Name == "cli");
        services.Remove(cli);
        services.Add(services.Single(service => service.Name == "worker") with { Name = "worker-2" });

        foreach (var (service, index) in services.Select((service, index) => (service, index)))
        {
            _addresses[service.Name] = Address(index);
        }

        _hosts.AddRange(services.Select(service => Host(service, programs)));
        _command = Command(cli, programs);

        foreach (var tier in new[] { Controllers, Workers, Consoles, Gateways })
        {
            await Task.WhenAll(tier.Select(host => host.StartAsync()));
        }

        await RunAsync("backbone", "add", "lory-5m", Path.Combine(DemoData.Folder, "backbone"));
        await RunAsync("deploy", "-f", Path.Combine(DemoData.Folder, "stack.yml"));
        ApiKey = (await RunAsync("key", "create", "tests")).Trim();
    }

    /// <summary>An address of this machine that no service has.</summary>
    public static string SpareAddress => Address(14);

    /// <summary>The command of the compose file's <c>cli</c>, with its variables: both gateways' addresses and the admin's password.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        await using var command = _command!(arguments);
        command.CloseInput();
        var code = await command.Exited.WaitAsync(Patience.StartLimit);
        return code == 0
            ? string.Join('\n', command.Output)
            : throw new InvalidOperationException($"{string.Join(' ', arguments)}\n{command.Tail()}");
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);

        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>127.0.0.0/8 is all ours: by the process's number two runs of these tests do not meet.</summary>
    private static string Address(int index) => string.Create(
        CultureInfo.InvariantCulture, $"127.{100 + (Environment.ProcessId / 65_536 % 100)}.{Environment.ProcessId / 16 % 256}.{(Environment.ProcessId % 16 * 16) + index + 1}");

    private List<ClusterHost> Of(string program) => [.. _hosts.Where(host => host.Name.StartsWith(program, StringComparison.Ordinal))];

    private string Secret(string name) => Path.Combine(_folder.File("secrets"), name);

    private async Task MakeSecretsAsync()
    {
        await using var script = ChildProcess.Start("bash", [RepositoryRoot.Of("deploy", "docker", "secrets.sh"), _folder.File("secrets")]);
        script.CloseInput();
        Expect(await Patience.ForAsync(script.Exited) == 0, script.Tail());
    }

    private ClusterHost Host(ComposeService service, PublishedPrograms programs)
    {
        var assembly = service.HealthCheck.Single(word => word.EndsWith(".dll", StringComparison.Ordinal));
        Expect(service.HealthCheck.SequenceEqual(["CMD", "dotnet", assembly, "healthcheck"]), $"{service.Name}: its health check is its own program's");

        return new ClusterHost(service.Name, programs.Folder(service.Program), assembly, _addresses[service.Name], Variables(service));
    }

    private Func<string[], ChildProcess> Command(ComposeService service, PublishedPrograms programs)
    {
        var environment = Variables(service);

        // In a container /tmp is nobody else's.
        environment["LORAFAAS_CONFIG"] = _folder.File("cli/config");
        return arguments => ChildProcess.StartDotnet(Path.Combine(programs.Folder(service.Program), "lorafaas.dll"), arguments, _folder.Path, environment);
    }

    /// <summary>A service's variables, its secrets laid into a folder of its own.</summary>
    private Dictionary<string, string?> Variables(ComposeService service)
    {
        var own = Directory.CreateDirectory(_folder.File(service.Name)).FullName;
        var secrets = Directory.CreateDirectory(Path.Combine(own, "secrets")).FullName;

        foreach (var secret in service.Secrets)
        {
            var text = File.ReadAllText(Secret(secret));

            // The passfile names the database's host, which here is a socket's folder.
            var path = Path.Combine(secrets, secret);
            File.Copy(Secret(secret), path);
            File.WriteAllText(path, secret == "pgpass" ? text.Replace("postgres:", SocketFolder() + ":", StringComparison.Ordinal) : text);
        }

        return service.Environment.ToDictionary(pair => pair.Key, string? (pair) => Here(pair.Key, pair.Value, service, own, secrets), StringComparer.Ordinal);
    }

    /// <summary>A variable's value with the container's names replaced by what they mean on this machine.</summary>
    private string Here(string variable, string value, ComposeService service, string own, string secrets)
    {
        if (variable == "Host__AdvertiseHost")
        {
            Expect(service.Name.StartsWith(value, StringComparison.Ordinal), $"{service.Name} advertises {value}");
            return _addresses[service.Name];
        }

        value = value.Replace("/run/secrets/", secrets + "/", StringComparison.Ordinal)
            .Replace("Host=postgres;", $"Host={SocketFolder()};", StringComparison.Ordinal)
            .Replace("redis:6379", _redis!.Configuration, StringComparison.Ordinal);

        foreach (var volume in service.Volumes.Select(volume => volume.Split(':')[1]).Where(path => value == path))
        {
            return Directory.CreateDirectory(Path.Combine(own, volume.TrimStart('/'))).FullName;
        }

        return HostPattern().Replace(value, match => match.Value is "0.0.0.0" ? _addresses[service.Name] : _addresses[match.Value]);
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    private string SocketFolder() => new Npgsql.NpgsqlConnectionStringBuilder(_postgres!.ConnectionString("lorafaas")).Host!;

    [GeneratedRegex("(?<=https?://)[^:/,]+")]
    private static partial Regex HostPattern();
}
