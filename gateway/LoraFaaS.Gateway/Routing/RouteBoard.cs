using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Routing;

/// <summary>Where the current table hangs. One writer, the watch loop; readers take one table and keep it.</summary>
internal sealed class RouteBoard(TimeProvider time)
{
    /// <summary>Nobody can say yet what is deployed and what is not.</summary>
    public static readonly Problem NoTableYet = new(
        ErrorCode.ControllerUnavailable, "the gateway has no route table from the controller yet", RetryAfter: TimeSpan.FromSeconds(1));

    private RouteTable _table = RouteTable.Empty;
    private readonly TaskCompletionSource _first = NewSignal();
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _routesChanged = NewSignal();
    private TaskCompletionSource _accessChanged = NewSignal();
    private long _workersAt;
    private bool _hasRoutes;
    private bool _connected;

    public RouteTable Table => Volatile.Read(ref _table);

    /// <summary>Since the workers' figures came. The worker said them up to a second before that.</summary>
    public TimeSpan LoadAge => time.GetElapsedTime(Volatile.Read(ref _workersAt));

    /// <summary>A first snapshot has come. It stays true while the controller is away: the last table goes on serving.</summary>
    public bool HasRoutes => Volatile.Read(ref _hasRoutes);

    /// <summary>Completes with the first snapshot.</summary>
    public Task First => _first.Task;

    /// <summary>The watch stream is open now.</summary>
    public bool Connected
    {
        get => Volatile.Read(ref _connected);
        set => Volatile.Write(ref _connected, value);
    }

    /// <summary>Completes at the next change of anything in the table.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Completes at the next change of functions, where workers alone change every second.</summary>
    public Task RoutesChanged => Volatile.Read(ref _routesChanged).Task;

    /// <summary>Completes at the next change of who may invoke.</summary>
    public Task AccessChanged => Volatile.Read(ref _accessChanged).Task;

    public void Publish(RouteTable table)
    {
        var before = Interlocked.Exchange(ref _table, table);
        Volatile.Write(ref _hasRoutes, true);

        if (!ReferenceEquals(before.Workers, table.Workers))
        {
            Volatile.Write(ref _workersAt, time.GetTimestamp());
        }

        _first.TrySetResult();

        // The table first, then the signal: who is woken sees what woke it.
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

        if (!ReferenceEquals(before.Routes, table.Routes))
        {
            Interlocked.Exchange(ref _routesChanged, NewSignal()).SetResult();
        }

        if (!ReferenceEquals(before.Access, table.Access))
        {
            Interlocked.Exchange(ref _accessChanged, NewSignal()).SetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
