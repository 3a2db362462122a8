using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// Whether this worker takes new invocations. Draining begins when the host is told to stop, or by the controller's command; in the first
/// case what still runs after the grace is aborted.
/// </summary>
internal sealed class DrainState : IHostedService, IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ResidencyChanges _changes;
    private readonly TimeSpan _grace;
    private readonly CancellationTokenSource _stopping;

    /// <summary>Never disposed: its timer may go off at the very end, and it holds nothing.</summary>
    private readonly CancellationTokenSource _graceOver = new();
    private readonly TimeProvider _time;
    private CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private volatile bool _commanded;

    public DrainState(IHostApplicationLifetime lifetime, ResidencyChanges changes, IOptions<WorkerOptions> options, TimeProvider time)
    {
        _lifetime = lifetime;
        _changes = changes;
        _grace = options.Value.DrainGrace;
        _time = time;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
    }

    public bool IsDraining => _commanded || _stopping.IsCancellationRequested;

    /// <summary>Cancelled when a stopping worker has waited long enough for what runs.</summary>
    public CancellationToken GraceOver => _graceOver.Token;

    public void Command(bool drain)
    {
        _commanded = drain;
        _changes.Ring();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = _lifetime.ApplicationStopping.Register(() =>
        {
            _changes.Ring();
            _timer = _time.CreateTimer(_ => _graceOver.Cancel(), null, _grace, Timeout.InfiniteTimeSpan);
        });

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _registration.Dispose();
        _timer?.Dispose();
        _stopping.Dispose();
    }
}
