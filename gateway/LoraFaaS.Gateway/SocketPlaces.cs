using LoraFaaS.Linux.Processes;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway;

/// <summary>
/// Where and when the sockets' threads (<see cref="InlineSockets"/>) run. Each has a processor of its own, where this process may run on exactly as many: left to itself the kernel puts both of two on one
/// beside another that is half idle, and calls wait for each other there. And they go before what computes, where the kernel allows it, with the collector's threads, for which they wait.
/// </summary>
internal sealed class SocketPlaces(IOptions<GatewayOptions> options) : StartedService
{
    /// <summary>The runtime's, of which it makes all when the first socket waits: with the doors open they are there.</summary>
    private const string ThreadName = ".NET Sockets";

    /// <summary>The runtime's too, one for each heap, from its start on.</summary>
    private const string CollectorName = ".NET Server GC";

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!InlineSockets.AreOn || !OperatingSystem.IsLinux())
        {
            return Task.CompletedTask;
        }

        var threads = NamedThreads.Find(ThreadName);

        foreach (var thread in threads.Concat(NamedThreads.Find(CollectorName)))
        {
            ThreadNice.TryLower(thread, options.Value.SocketsNice);
        }

        foreach (var (thread, processor) in options.Value.PlaceSockets ? Assign(threads, ThreadProcessors.Allowed()) : [])
        {
            ThreadProcessors.TryKeep(thread, processor);
        }

        return Task.CompletedTask;
    }

    /// <summary>None, unless there is one for each and a choice at all. With a limit of processor time instead of a set of processors the runtime makes fewer threads than there are processors.</summary>
    internal static IEnumerable<(int Thread, int Processor)> Assign(IReadOnlyList<int> threads, IReadOnlyList<int> processors) =>
        threads.Count > 1 && threads.Count == processors.Count ? threads.Zip(processors) : [];
}
