using LoraFaaS.Linux.Processes;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway;

/// <summary>
/// A processor for each of the sockets' threads (<see cref="InlineSockets"/>), where this process may run on exactly as many: left to itself the kernel puts both of two on one processor beside another that is
/// half idle, and calls wait for each other there. Where there are more processors, or fewer, or the kernel says no, each runs wherever it is put.
/// </summary>
internal sealed class SocketPlaces(IOptions<GatewayOptions> options) : StartedService
{
    /// <summary>The runtime's, of which it makes all when the first socket waits: with the doors open they are there.</summary>
    private const string ThreadName = ".NET Sockets";

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        if (options.Value.PlaceSockets && InlineSockets.AreOn && OperatingSystem.IsLinux())
        {
            foreach (var (thread, processor) in Assign(NamedThreads.Find(ThreadName), ThreadProcessors.Allowed()))
            {
                ThreadProcessors.TryKeep(thread, processor);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>None, unless there is one for each and a choice at all. With a limit of processor time instead of a set of processors the runtime makes fewer threads than there are processors.</summary>
    internal static IEnumerable<(int Thread, int Processor)> Assign(IReadOnlyList<int> threads, IReadOnlyList<int> processors) =>
        threads.Count > 1 && threads.Count == processors.Count ? threads.Zip(processors) : [];
}
