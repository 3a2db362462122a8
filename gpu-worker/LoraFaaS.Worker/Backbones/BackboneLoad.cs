using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Backbones;

/// <summary>One backbone being packed. Reported to from several threads.</summary>
internal sealed class BackboneLoad(KnownBackbone backbone, ByteSize total, long begun, BackboneLoads loads) : IProgress<long>, IDisposable
{
    private long _done;
    private int _tenths;

    public KnownBackbone Backbone => backbone;

    /// <summary>Bytes of the packed segment.</summary>
    public ByteSize Total => total;

    public ByteSize Done => new(Volatile.Read(ref _done));

    /// <summary>A timestamp of the clock that <see cref="BackboneLoads"/> was given.</summary>
    public long Begun => begun;

    public int Percent => (int)(Done.Bytes * 100 / Math.Max(1, total.Bytes));

    /// <param name="value">Bytes packed so far; a smaller number than before, from a slower thread, is passed over.</param>
    public void Report(long value)
    {
        var before = Volatile.Read(ref _done);
        while (value > before)
        {
            var seen = Interlocked.CompareExchange(ref _done, value, before);
            if (seen == before)
            {
                ReportTenth((int)(value * 10 / Math.Max(1, total.Bytes)));
                return;
            }

            before = seen;
        }
    }

    public void Succeeded() => loads.Succeeded(this);

    public void Dispose() => loads.Ended(this);

    private void ReportTenth(int tenth)
    {
        var said = Volatile.Read(ref _tenths);
        if (tenth > said && Interlocked.CompareExchange(ref _tenths, tenth, said) == said)
        {
            loads.ReachedTenth(this, tenth);
        }
    }
}
