using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>The workers whose sessions this controller holds. Others' workers are known through the warm state only.</summary>
public sealed partial class WorkerRegistry(
    IWarmStateStore warm, ICatalogueStore catalogue, ControllerIdentity identity, IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerRegistry> logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<WorkerId, WorkerSession> _sessions = new();
    private readonly SemaphoreSlim _telling = new(1, 1);
    private readonly ILogger _logger = logger;

    public IReadOnlyCollection<WorkerSession> Sessions => [.. _sessions.Values];

    public bool TryFind(WorkerId id, [NotNullWhen(true)] out WorkerSession? session) => _sessions.TryGetValue(id, out session);

    /// <summary>
    /// Opens a session. An older one of the same worker is closed: a worker that comes back has restarted, or its connection broke
    /// without our knowing. The caller tells it the backbones, and closes what it opened.
    /// </summary>
    public WorkerSession Open(WorkerHello hello)
    {
        var session = new WorkerSession(hello, options.Value.OutboxLength, time);
        session.TryTell(new WorkerCommand.Welcome());
        WorkerSession? older = null;

        _sessions.AddOrUpdate(
            hello.Id,
            session,
            (_, existing) =>
            {
                older = existing;
                return session;
            });

        older?.Close();
        LogOpened(hello.Id, hello.Url, hello.Device, hello.DeviceBytes, hello.Version);

        foreach (var measure in hello.NotEnforced)
        {
            LogNotEnforced(hello.Id, measure);
        }

        return session;
    }

    /// <summary>Stores a worker's inventory, and tells the other controllers when it says anything new.</summary>
    public async Task BeatAsync(WorkerSession session, WorkerHeartbeat beat, CancellationToken cancellationToken)
    {
        session.Heard();

        if (session.Closed.IsCancellationRequested)
        {
            return;
        }

        var before = session.State;
        var state = StateOf(session, beat);
        session.Keep(state);
        await warm.PutWorkerAsync(state, options.Value.SessionTimeout, cancellationToken);

        if (before is null || !SaysTheSame(before, state))
        {
            await warm.PublishAsync(new WarmNotice.Worker(session.Id), cancellationToken);
        }
    }

    /// <summary>Ends a session. The worker leaves the warm state at once unless it has a newer session, here or elsewhere.</summary>
    public async Task CloseAsync(WorkerSession session, string reason, CancellationToken cancellationToken)
    {
        session.Close();

        if (!_sessions.TryRemove(KeyValuePair.Create(session.Id, session)))
        {
            return;
        }

        LogClosed(session.Id, reason);
        var known = await warm.ListWorkersAsync(cancellationToken);

        if (known.Any(worker => worker.Id == session.Id && worker.ControllerId == identity.Value))
        {
            await warm.RemoveWorkerAsync(session.Id, cancellationToken);
            await warm.PublishAsync(new WarmNotice.Worker(session.Id), cancellationToken);
        }
    }

    /// <summary>Brings every session up to date with the backbones there are. Compares states, so that a missed notice does no harm.</summary>
    public async Task TellBackbonesAsync(CancellationToken cancellationToken)
    {
        await _telling.WaitAsync(cancellationToken);

        try
        {
            var backbones = await catalogue.ListBackbonesAsync(cancellationToken);

            foreach (var session in _sessions.Values)
            {
                session.TellBackbones(backbones);
            }
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <summary>Closes sessions that have said nothing for too long. Their connections may be half open.</summary>
    public void CloseSilent()
    {
        foreach (var session in _sessions.Values)
        {
            if (session.Silence > options.Value.SessionTimeout)
            {
                LogSilent(session.Id, session.Silence);
                session.Close();
            }
        }
    }

    public void Dispose() => _telling.Dispose();

    private WorkerState StateOf(WorkerSession session, WorkerHeartbeat beat) => new()
    {
        Id = session.Id,
        Url = session.Hello.Url,
        Device = session.Hello.Device,
        DeviceBytes = session.Hello.DeviceBytes.Bytes,
        DeviceBytesUsed = beat.DeviceBytesUsed.Bytes,
        HostBytes = session.Hello.HostBytes.Bytes,
        Costs = beat.Costs,
        Running = beat.Running,
        Queued = beat.Queued,
        Sandboxes = beat.Sandboxes,
        Draining = beat.Draining,
        ControllerId = identity.Value,
        NotEnforced = session.Hello.NotEnforced,
        Arithmetic = session.Hello.Arithmetic,
        Resident = beat.Resident,
        Loading = beat.Loading,
        UnreadableBackbones = session.UnreadableBackbones,
    };

    /// <summary>Idle times grow at every beat and are no news; how far a load is routes nobody; what loads take is news for planning only, which looks by itself.</summary>
    private static bool SaysTheSame(WorkerState before, WorkerState now) =>
        before.Draining == now.Draining && before.Running == now.Running && before.Queued == now.Queued && before.Sandboxes == now.Sandboxes
        && before.DeviceBytesUsed == now.DeviceBytesUsed && before.UnreadableBackbones.SequenceEqual(now.UnreadableBackbones)
        && before.Resident.Count == now.Resident.Count
        && before.Resident.Zip(now.Resident).All(pair => pair.First.SaysTheSame(pair.Second));
}
