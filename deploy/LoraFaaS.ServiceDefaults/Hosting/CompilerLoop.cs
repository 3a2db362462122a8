using LoraFaaS.Linux.Processes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>
/// Keeps the runtime's background compiler out of callers' way (<see cref="CompilerWatch"/>), from when the host has rehearsed and listens: before that nobody waits for anything but the compiler.
/// </summary>
internal sealed class CompilerLoop(IOptions<HostingOptions> options, TimeProvider time) : StartedService, IDisposable
{
    /// <summary>The compiler waits for a tenth of a second without new code before it begins, and its thread stays for seconds.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// In a period. A compiler with a processor of its own does some hundred in it, one whose work is nearly done fewer than ten. What was made to give way stays so until it has had nothing to do for seconds, since
    /// to take it back needs rights; a young host would be slow for longer.
    /// </summary>
    private const long MostMethods = 15;

    private ITimer? _timer;

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        if (options.Value.CompilerNice is > 0 and var nice && OperatingSystem.IsLinux())
        {
            // The timer alone calls it; two calls at once, after a pause longer than the period, would only look twice.
            var watch = new CompilerWatch(nice, most: MostMethods, busyNice: options.Value.BusyCompilerNice);
            _timer = time.CreateTimer(_ => watch.Look(), null, Period, Period);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();
}
