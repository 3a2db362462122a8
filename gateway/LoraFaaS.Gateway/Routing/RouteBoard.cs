namespace LoraFaaS.Gateway.Routing;

/// <summary>Where the current table hangs. One writer, the watch loop; readers take one table and keep it.</summary>
internal sealed class RouteBoard
{
    private readonly Lock _gate = new();
    private RouteTable _table = RouteTable.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasRoutes;
    private bool _connected;

    public RouteTable Table => Volatile.Read(ref _table);

    /// <summary>A first snapshot has come. It stays true while the controller is away: the last table goes on serving.</summary>
    public bool HasRoutes => Volatile.Read(ref _hasRoutes);

    /// <summary>The watch stream is open now.</summary>
    public bool Connected
    {
        get => Volatile.Read(ref _connected);
        set => Volatile.Write(ref _connected, value);
    }

    /// <summary>Completes at the next change of the table.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    public void Publish(RouteTable table)
    {
        TaskCompletionSource changed;

        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _table, table);
            Volatile.Write(ref _hasRoutes, true);
        }

        changed.SetResult();
    }
}
