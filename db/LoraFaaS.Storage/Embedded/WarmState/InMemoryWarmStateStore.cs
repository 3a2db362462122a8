using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Storage.Embedded.WarmState;

/// <summary>The warm state of a controller that stands alone: this process's memory.</summary>
internal sealed class InMemoryWarmStateStore(TimeProvider time) : IWarmStateStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (WorkerState State, long Expires)> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<FunctionId, long> _invocations = [];
    private readonly Dictionary<FunctionId, long> _arrivals = [];
    private readonly Dictionary<ApiKeyId, KeyUse> _keyUses = [];
    private readonly KeyPlaceBooks _keyPlaces = new(time);
    private readonly Dictionary<FunctionId, LogRing> _logs = [];
    private readonly NoticeHub _notices = new();

    public Task PutWorkerAsync(WorkerState worker, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _workers[worker.Id.Value] = (worker, time.GetTimestamp() + (long)(timeToLive.TotalSeconds * time.TimestampFrequency));
        }

        return Task.CompletedTask;
    }

    public Task RemoveWorkerAsync(WorkerId worker, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _workers.Remove(worker.Value);
        }

        return Task.CompletedTask;
    }

    public ValueTask<IReadOnlyList<WorkerState>> ListWorkersAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();

            foreach (var gone in _workers.Where(pair => pair.Value.Expires <= now).Select(pair => pair.Key).ToList())
            {
                _workers.Remove(gone);
            }

            return ValueTask.FromResult<IReadOnlyList<WorkerState>>([.. _workers.Values.Select(entry => entry.State)]);
        }
    }

    public Task AddInvocationsAsync(FunctionId function, long count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _invocations[function] = _invocations.GetValueOrDefault(function) + count;
        }

        return Task.CompletedTask;
    }

    public ValueTask<IReadOnlyDictionary<FunctionId, long>> GetInvocationsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<FunctionId, long>>(new Dictionary<FunctionId, long>(_invocations));
        }
    }

    public Task AddArrivalsAsync(IReadOnlyDictionary<FunctionId, long> counts, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var (function, count) in counts)
            {
                _arrivals[function] = _arrivals.GetValueOrDefault(function) + count;
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask<IReadOnlyDictionary<FunctionId, long>> GetArrivalsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<FunctionId, long>>(new Dictionary<FunctionId, long>(_arrivals));
        }
    }

    public Task<IReadOnlyDictionary<ApiKeyId, KeyUse>> AddKeyUsesAsync(IReadOnlyDictionary<ApiKeyId, KeyUse> uses, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var (key, use) in uses)
            {
                var before = _keyUses.GetValueOrDefault(key);
                _keyUses[key] = new KeyUse(before.Requests + use.Requests, before.Tokens + use.Tokens);
            }

            return Task.FromResult<IReadOnlyDictionary<ApiKeyId, KeyUse>>(uses.Keys.ToDictionary(key => key, key => _keyUses[key]));
        }
    }

    public Task<IReadOnlyDictionary<ApiKeyId, KeyPlaceGrant>> LeaseKeyPlacesAsync(
        string gateway, IReadOnlyDictionary<ApiKeyId, KeyPlaceClaim> claims, TimeSpan lasts, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyDictionary<ApiKeyId, KeyPlaceGrant>>(claims.ToDictionary(claim => claim.Key, claim => _keyPlaces.Lease(gateway, claim.Key, claim.Value, lasts)));
        }
    }

    public Task AppendLogAsync(FunctionId function, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_logs.TryGetValue(function, out var log))
            {
                _logs[function] = log = new LogRing();
            }

            log.Append(lines);
        }

        return Task.CompletedTask;
    }

    public ValueTask<IReadOnlyList<LogLine>> ReadLogAsync(FunctionId function, int newest, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_logs.TryGetValue(function, out var log) ? log.Newest(newest) : []);
        }
    }

    public Task PublishAsync(WarmNotice notice, CancellationToken cancellationToken)
    {
        _notices.Publish(notice);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<WarmNotice> WatchAsync(CancellationToken cancellationToken) => _notices.WatchAsync(cancellationToken);
}
