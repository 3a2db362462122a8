using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.TestKit.Servers;

/// <summary>
/// A real Redis of the tests' own that keeps nothing on disk; or the one that <c>LORAFAAS_TEST_REDIS</c> (host:port) names, which tests share
/// by prefixes of their own.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    public const string Variable = "LORAFAAS_TEST_REDIS";

    /// <summary>A port can be taken between finding it free and using it; five times in a row it is not.</summary>
    private const int PortTries = 5;

    private readonly TempFolder? _folder;
    private ServerProcess? _process;

    private RedisServer(string configuration, TempFolder? folder)
    {
        Configuration = configuration;
        _folder = folder;
    }

    /// <summary>host:port.</summary>
    public string Configuration { get; private set; }

    /// <summary>Whether it is the tests' own, so that they may crash it.</summary>
    public bool IsOwn => _folder is not null;

    /// <summary>The server in the variable, else one started here.</summary>
    public static Task<RedisServer> StartAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? Task.FromResult(new RedisServer(given, null)) : StartOwnAsync();

    /// <summary>A server that the test may crash and start again.</summary>
    public static async Task<RedisServer> StartOwnAsync()
    {
        var server = new RedisServer("", new TempFolder());

        for (var i = 0; i < PortTries; i++)
        {
            server.Configuration = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");

            if (await server.TryStartAsync())
            {
                return server;
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException("redis-server found no free port.");
    }

    /// <summary>SIGKILL: whatever it held is lost.</summary>
    public Task CrashAsync() => _process!.EndAsync("KILL");

    /// <summary>SIGSTOP to all its processes: it is there and says nothing.</summary>
    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    /// <summary>At the same port, empty.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is { } previous)
        {
            _process = null;
            await previous.DisposeAsync();
        }

        if (!await TryStartAsync())
        {
            throw new InvalidOperationException($"redis-server did not get {Configuration} back.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private async Task<bool> TryStartAsync()
    {
        var port = Configuration[(Configuration.LastIndexOf(':') + 1)..];
        _process = await ServerProcess.StartAsync(
            ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder!.Path],
            "KILL",
            line => line.Contains("Ready to accept connections", StringComparison.Ordinal),
            line => line.Contains("Failed listening", StringComparison.Ordinal) || line.Contains("Could not create server", StringComparison.Ordinal));

        return _process is not null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
