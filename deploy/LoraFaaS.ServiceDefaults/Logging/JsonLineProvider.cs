using System.Text.Json;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>Structured lines on standard output. Written to the end when the host ends, and when the process does without asking the host.</summary>
[ProviderAlias("JsonLines")]
internal sealed class JsonLineProvider : ILoggerProvider
{
    /// <summary>Each piece is written whole before another's begins: tests run several hosts in one process.</summary>
    private static readonly Stream Output = Stream.Synchronized(Console.OpenStandardOutput());

    private readonly HostIdentity _identity;
    private readonly TimeProvider _time;
    private readonly LineOutlet _outlet;

    public JsonLineProvider(HostIdentity identity, TimeProvider time)
        : this(identity, time, Output)
    {
    }

    internal JsonLineProvider(HostIdentity identity, TimeProvider time, Stream target)
    {
        (_identity, _time) = (identity, time);
        _outlet = new LineOutlet(target, TellDropped);
        AppDomain.CurrentDomain.ProcessExit += EndWithProcess;
        AppDomain.CurrentDomain.UnhandledException += EndWithProcess;
    }

    public ILogger CreateLogger(string categoryName) => new JsonLineLogger(categoryName, _identity, _outlet, _time);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithProcess;
        AppDomain.CurrentDomain.UnhandledException -= EndWithProcess;
        _outlet.Dispose();
    }

    private void EndWithProcess(object? sender, EventArgs args) => _outlet.Dispose();

    private ReadOnlyMemory<byte> TellDropped(long count)
    {
        using var line = JsonLine.Take();
        line.Write(
            _time.GetUtcNow().UtcDateTime,
            LogLevel.Warning,
            JsonEncodedText.Encode(_identity.Service),
            JsonEncodedText.Encode(typeof(LineOutlet).FullName!),
            0,
            $"{count} lines were dropped: nobody read them",
            (KeyValuePair<string, object?>[])[new("Dropped", count)],
            null);
        return line.Bytes.ToArray();
    }
}
