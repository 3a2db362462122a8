using LoraFaaS.TestKit.Cluster;

namespace LoraFaaS.Bench.Chaos;

/// <summary>The gateways as a load balancer sees them: asked five times a second, used in turn while they are ready.</summary>
internal sealed class Doors(IReadOnlyList<ClusterHost> gateways)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(200);

    private readonly bool[] _ready = [.. gateways.Select(_ => true)];
    private int _turn;

    public ClusterHost Next()
    {
        for (var i = 0; i < gateways.Count; i++)
        {
            var index = (uint)Interlocked.Increment(ref _turn) % (uint)gateways.Count;

            if (Volatile.Read(ref _ready[index]))
            {
                return gateways[(int)index];
            }
        }

        return gateways[0];
    }

    public async Task ProbeAsync(CancellationToken stopping)
    {
        await Task.WhenAll(Enumerable.Range(0, gateways.Count).Select(async index =>
        {
            while (!stopping.IsCancellationRequested)
            {
                Volatile.Write(ref _ready[index], await gateways[index].IsReadyAsync());
                await Task.Delay(ProbeInterval, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }));
    }
}
