using System.Text.Json;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Admission;
using LoraFaaS.Storage.Serialization;
using StackExchange.Redis;

namespace LoraFaaS.Storage.Redis;

/// <summary>The warm state that several controllers share. Redis may restart empty at any moment: heartbeats fill it again.</summary>
internal sealed class RedisWarmStateStore(RedisConnection connection, RedisKeys keys, TimeProvider time) : IWarmStateStore, IDisposable
{
    /// <summary>A log nobody adds to is forgotten, so that removed functions leave nothing behind.</summary>
    private static readonly TimeSpan LogLifetime = TimeSpan.FromDays(7);

    /// <summary>Gateways look at differences within minutes; what nobody adds to is worth nothing.</summary>
    private static readonly TimeSpan KeyUseLifetime = TimeSpan.FromDays(1);

    public Task PutWorkerAsync(WorkerState worker, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        connection.RunScriptAsync(
            RedisScripts.PutWorker,
            [keys.Workers, keys.Worker(worker.Id)],
            [worker.Id.Value, JsonSerializer.Serialize(worker, StorageJson.Default.WorkerState), Math.Max(1, (long)timeToLive.TotalMilliseconds)],
            cancellationToken);

    public Task RemoveWorkerAsync(WorkerId worker, CancellationToken cancellationToken) =>
        connection.RunScriptAsync(RedisScripts.RemoveWorker, [keys.Workers, keys.Worker(worker)], [worker.Value], cancellationToken);

    public async ValueTask<IReadOnlyList<WorkerState>> ListWorkersAsync(CancellationToken cancellationToken)
    {
        var result = await connection.RunScriptAsync(RedisScripts.ListWorkers, [keys.Workers], [keys.WorkerPrefix], cancellationToken);
        var states = (string[]?)result ?? [];

        return
        [
            .. states
                .Select(json => JsonSerializer.Deserialize(json, StorageJson.Default.WorkerState)!)
                .OrderBy(worker => worker.Id.Value, StringComparer.Ordinal),
        ];
    }

    public Task AddInvocationsAsync(FunctionId function, long count, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.HashIncrementAsync(keys.Invocations, function.ToString(), count), cancellationToken);

    public ValueTask<IReadOnlyDictionary<FunctionId, long>> GetInvocationsAsync(CancellationToken cancellationToken) => ReadCountsAsync(keys.Invocations, cancellationToken);

    public async Task AddArrivalsAsync(IReadOnlyDictionary<FunctionId, long> counts, CancellationToken cancellationToken)
    {
        if (counts.Count > 0)
        {
            await connection.RunScriptAsync(
                RedisScripts.AddCounts, [keys.Arrivals], [.. counts.SelectMany(pair => new RedisValue[] { pair.Key.ToString(), pair.Value })], cancellationToken);
        }
    }

    public ValueTask<IReadOnlyDictionary<FunctionId, long>> GetArrivalsAsync(CancellationToken cancellationToken) => ReadCountsAsync(keys.Arrivals, cancellationToken);

    public async Task<IReadOnlyDictionary<ApiKeyId, KeyUse>> AddKeyUsesAsync(IReadOnlyDictionary<ApiKeyId, KeyUse> uses, CancellationToken cancellationToken)
    {
        if (uses.Count == 0)
        {
            return uses;
        }

        var keysInOrder = uses.Keys.ToList();
        var result = await connection.RunScriptAsync(
            RedisScripts.AddAndGet,
            [keys.KeyUses],
            [
                (long)KeyUseLifetime.TotalSeconds,
                .. keysInOrder.SelectMany(key => new RedisValue[] { key.Value + ":r", uses[key].Requests, key.Value + ":t", uses[key].Tokens }),
            ],
            cancellationToken);
        var sums = (long[]?)result ?? [];

        return keysInOrder.Select((key, index) => (key, Use: new KeyUse(sums[2 * index], sums[(2 * index) + 1]))).ToDictionary(pair => pair.key, pair => pair.Use);
    }

    public async Task<IReadOnlyDictionary<ApiKeyId, KeyPlaceGrant>> LeaseKeyPlacesAsync(
        string gateway, IReadOnlyDictionary<ApiKeyId, KeyPlaceClaim> claims, TimeSpan lasts, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
        {
            return new Dictionary<ApiKeyId, KeyPlaceGrant>();
        }

        var inOrder = claims.ToList();
        var result = await connection.RunScriptAsync(
            RedisScripts.LeaseKeyPlaces,
            [keys.KeyPlacesGrown, .. inOrder.Select(claim => (RedisKey)keys.KeyPlaces(claim.Key))],
            [
                (long)lasts.TotalMilliseconds, gateway,
                .. inOrder.SelectMany(claim => new RedisValue[] { claim.Value.Number, claim.Value.Running, claim.Value.Held, claim.Value.Wanted, claim.Value.Most }),
            ],
            cancellationToken);
        var said = (long[]?)result ?? [];

        return inOrder.Select((claim, i) => (claim.Key, Grant: new KeyPlaceGrant((int)said[3 * i], said[(3 * i) + 1] == 1, said[(3 * i) + 2] == 1))).ToDictionary(pair => pair.Key, pair => pair.Grant);
    }

    private async ValueTask<IReadOnlyDictionary<FunctionId, long>> ReadCountsAsync(string key, CancellationToken cancellationToken)
    {
        var entries = await connection.RunAsync(database => database.HashGetAllAsync(key), cancellationToken);
        var counts = new Dictionary<FunctionId, long>();

        foreach (var entry in entries)
        {
            if (FunctionId.TryParse(entry.Name, out var function))
            {
                counts[function] = (long)entry.Value;
            }
        }

        return counts;
    }

    public Task AppendLogAsync(FunctionId function, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken) =>
        connection.RunScriptAsync(
            RedisScripts.AppendLog,
            [keys.Log(function)],
            [
                WarmStateLimits.LogLines,
                (long)LogLifetime.TotalSeconds,
                .. lines.TakeLast(WarmStateLimits.LogLines).Select(RedisValue (line) => JsonSerializer.Serialize(line, StorageJson.Default.LogLine)),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<LogLine>> ReadLogAsync(FunctionId function, int newest, CancellationToken cancellationToken)
    {
        if (newest <= 0)
        {
            return [];
        }

        var lines = await connection.RunAsync(database => database.ListRangeAsync(keys.Log(function), -newest, -1), cancellationToken);

        return [.. lines.Select(line => JsonSerializer.Deserialize(line.ToString(), StorageJson.Default.LogLine)!)];
    }

    public Task PublishAsync(WarmNotice notice, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.PublishAsync(keys.Notices, NoticeText.Write(notice)), cancellationToken);

    public IAsyncEnumerable<WarmNotice> WatchAsync(CancellationToken cancellationToken) =>
        new RedisNoticeWatch(connection, keys.Notices, time).RunAsync(cancellationToken);

    public void Dispose() => connection.Dispose();
}
