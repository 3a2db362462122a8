using LoraFaaS.Contracts.Units;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Says how far packing has come, each tenth once. Reported to from several threads.</summary>
internal sealed partial class PackingProgress(string backbone, ByteSize total, ILogger logger) : IProgress<long>
{
    private int _said;

    public void Report(long value)
    {
        var tenth = (int)(value * 10 / Math.Max(1, total.Bytes));
        var said = Volatile.Read(ref _said);

        if (tenth > said && Interlocked.CompareExchange(ref _said, tenth, said) == said)
        {
            LogProgress(logger, backbone, tenth * 10, total);
        }
    }

    [LoggerMessage(3411, LogLevel.Information, "Backbone {Backbone}: {Percent} % of {Total} packed")]
    private static partial void LogProgress(ILogger logger, string backbone, int percent, ByteSize total);
}
