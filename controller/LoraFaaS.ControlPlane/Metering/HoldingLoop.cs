using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Metering;

/// <summary>
/// The leader looks at all inventories every few seconds and adds up who holds what. A day is stored again each half minute: what a crash loses is less
/// than that of holding, and no invocation.
/// </summary>
internal sealed partial class HoldingLoop(
    IHoldingStore store, IWarmStateStore warm, CatalogueView catalogue, ILeaderLease lease, ControllerIdentity identity,
    TimeProvider time, ILogger<HoldingLoop> logger) : BackgroundService
{
    private const int LooksPerSave = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Short: who plans takes over as soon as the leader is gone, and is not held up by counting.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    private readonly ILogger _logger = logger;
    private HoldingBook? _book;
    private long _looked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);

        for (var look = 0; await timer.WaitForNextTickAsync(stoppingToken); look++)
        {
            try
            {
                await LookAsync(look % LooksPerSave == 0, stoppingToken);
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }
        }
    }

    private async Task LookAsync(bool save, CancellationToken cancellationToken)
    {
        if (save && await lease.TryHoldAsync(identity.Value, Hold, cancellationToken) is null)
        {
            _book = null;
            return;
        }

        if (!save && _book is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);

        if (_book is null)
        {
            _book = HoldingBook.Continue(await store.FindAsync(today, cancellationToken) ?? new HoldingDay(today, [], []));
            _looked = time.GetTimestamp();
        }

        if (_book.Day != today)
        {
            await store.SaveAsync(_book.Close(), cancellationToken);
            _book = _book.Turn(today);
        }

        var workers = await warm.ListWorkersAsync(cancellationToken);
        var functions = await catalogue.FunctionsAsync(cancellationToken);
        var elapsed = time.GetElapsedTime(_looked);
        _looked = time.GetTimestamp();
        _book.Observe(workers, functions, elapsed, now);

        if (save)
        {
            await store.SaveAsync(_book.Close(), cancellationToken);
        }
    }

    [LoggerMessage(2431, LogLevel.Warning, "What functions hold could not be counted: {Message}")]
    private partial void LogUnavailable(string message);
}
