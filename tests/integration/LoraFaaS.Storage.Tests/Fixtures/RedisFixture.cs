using LoraFaaS.Storage.Redis;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;

[assembly: AssemblyFixture(typeof(RedisFixture))]

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>One server for all tests, started when the first needs it; a prefix for each test.</summary>
public sealed class RedisFixture : IWarmFixture, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<RedisServer>? _started;

    public async Task<WarmStores> OpenAsync()
    {
        var server = await StartedAsync();
        var prefix = $"test-{Guid.NewGuid():N}";
        var (first, second) = (Connect(server.Configuration, prefix), Connect(server.Configuration, prefix));

        return new WarmStores(
            first,
            second,
            _ => { },
            () =>
            {
                first.Dispose();
                second.Dispose();
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
        {
            await (await _started).DisposeAsync();
        }
    }

    internal static RedisWarmStateStore Connect(string configuration, string prefix) =>
        new(RedisConnection.Open(configuration, TimeSpan.FromSeconds(5), TimeProvider.System), new RedisKeys(prefix), TimeProvider.System);

    private Task<RedisServer> StartedAsync()
    {
        lock (_lock)
        {
            return _started ??= RedisServer.StartAsync();
        }
    }
}
