using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>What a gateway knows after the updates it has read.</summary>
internal sealed class WatchedRoutes(IAsyncEnumerator<RouteUpdate> updates)
{
    public Dictionary<string, Route> Routes { get; } = [];

    public Dictionary<string, WorkerEndpoint> Workers { get; private set; } = [];

    public Access Access { get; private set; } = new();

    public async Task UntilAsync(Func<WatchedRoutes, bool> condition)
    {
        while (!condition(this))
        {
            Assert.True(await updates.MoveNextAsync());
            Apply(updates.Current);
        }
    }

    private void Apply(RouteUpdate update)
    {
        if (update.IsSnapshot)
        {
            Routes.Clear();
        }

        Access = update.Access ?? Access;

        foreach (var route in update.Upserts)
        {
            Routes[route.Key.Function] = route;
        }

        foreach (var key in update.Removals)
        {
            Routes.Remove(key.Function);
        }

        if (update.WorkersChanged)
        {
            Workers = update.Workers.ToDictionary(worker => worker.WorkerId);
        }
    }
}
