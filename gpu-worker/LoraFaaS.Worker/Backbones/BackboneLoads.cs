using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Backbones;

/// <summary>
/// The backbones that are being packed at the moment, and how far each is: said in heartbeats (each tenth at once), on /healthz and in the
/// log. What a finished one took is noted for the next.
/// </summary>
internal sealed partial class BackboneLoads(TierCosts costs, ResidencyChanges changes, TimeProvider time, ILogger<BackboneLoads> logger)
{
    private readonly Lock _gate = new();
    private readonly List<BackboneLoad> _running = [];

    public IReadOnlyList<BackboneLoad> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _running];
            }
        }
    }

    /// <summary>Until the answer is disposed.</summary>
    public BackboneLoad Begin(KnownBackbone backbone, ByteSize total)
    {
        var load = new BackboneLoad(backbone, total, time.GetTimestamp(), this);

        lock (_gate)
        {
            _running.Add(load);
        }

        changes.Ring();
        return load;
    }

    internal void ReachedTenth(BackboneLoad load, int tenth)
    {
        LogProgress(load.Backbone.Name, tenth * 10, load.Total);
        changes.Ring();
    }

    internal void Succeeded(BackboneLoad load)
    {
        var took = time.GetElapsedTime(load.Begun);
        costs.Observe(ClimbStep.BackbonePack, load.Total, took);
        LogPacked(load.Backbone.Name, load.Total, took.TotalSeconds);
    }

    internal void Ended(BackboneLoad load)
    {
        lock (_gate)
        {
            _running.Remove(load);
        }

        changes.Ring();
    }

    [LoggerMessage(3411, LogLevel.Information, "Backbone {Backbone}: {Percent} % of {Total} packed")]
    private partial void LogProgress(string backbone, int percent, ByteSize total);

    [LoggerMessage(3421, LogLevel.Information, "Backbone {Backbone} packed, {Bytes} in {Seconds:0.00} s")]
    private partial void LogPacked(string backbone, ByteSize bytes, double seconds);
}
