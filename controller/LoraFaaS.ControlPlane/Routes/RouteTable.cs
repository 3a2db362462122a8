using System.Runtime.CompilerServices;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>
/// The newest route table and its watchers. A watcher keeps the snapshot it last sent and takes the difference to the newest when
/// it is ready for more: a slow gateway gets one larger change later, and nothing queues up for it here.
/// </summary>
public sealed class RouteTable(ICatalogueStore catalogue, CatalogueView view, IApiKeyStore keys, IWarmStateStore warm, IOptions<RevisionOptions> revisions, TimeProvider time) : IDisposable
{
    /// <summary>An unchanged table says so this often: a gateway that hears nothing at all knows that its stream is dead.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _building = new(1, 1);
    private TaskCompletionSource _changed = NewSignal();
    private RouteSnapshot _current = RouteSnapshot.Empty;
    private IReadOnlyList<FunctionRecord> _functions = [];
    private IReadOnlyList<BackboneRecord> _backbones = [];
    private RouteAccess _access = RouteAccess.Empty;
    private long _catalogueVersion = -1;
    private long _keyVersion = -1;

    public RouteSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Looks at catalogue and workers and publishes a new table if it says anything new.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _building.WaitAsync(cancellationToken);

        try
        {
            // The version is read first: what is written in between shows as a newer version at the next look.
            var version = await catalogue.GetVersionAsync(cancellationToken);
            var keyVersion = await keys.GetVersionAsync(cancellationToken);

            if (version != _catalogueVersion || keyVersion != _keyVersion)
            {
                _access = new RouteAccess(
                    [.. await keys.ListAsync(cancellationToken)], RouteAccess.LockedOf(await catalogue.ListNamespacesAsync(cancellationToken)));
                _keyVersion = keyVersion;
            }

            if (version != _catalogueVersion)
            {
                _functions = await view.FunctionsAsync(cancellationToken);
                _backbones = await catalogue.ListBackbonesAsync(cancellationToken);
                _catalogueVersion = version;
            }

            var before = Current;
            var workers = await warm.ListWorkersAsync(cancellationToken);
            var after = RouteBuilder.Build(before, _functions, _backbones, workers, time.GetUtcNow(), revisions.Value.Grace) with { Access = _access };

            if (before.Version == 0 || !RouteBuilder.SaysTheSame(before, after))
            {
                Publish(after);
            }
        }
        finally
        {
            _building.Release();
        }
    }

    /// <summary>The whole table first, then what changes, until cancelled.</summary>
    public async IAsyncEnumerable<RouteChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Current.Version == 0)
        {
            await RefreshAsync(cancellationToken);
        }

        var sent = Current;
        yield return RouteChange.Whole(sent);

        while (true)
        {
            // The signal is taken before the table is read: a change in between completes the signal that is held here.
            var changed = Volatile.Read(ref _changed).Task;

            if (ReferenceEquals(Current, sent))
            {
                await WaitAsync(changed, cancellationToken);
            }

            var next = Current;
            yield return RouteChange.Between(sent, next);
            sent = next;
        }
    }

    public void Dispose() => _building.Dispose();

    private async Task WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(Heartbeat, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing changed: the difference is empty and goes out as the sign of life.
        }
    }

    private void Publish(RouteSnapshot snapshot)
    {
        Volatile.Write(ref _current, snapshot);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
