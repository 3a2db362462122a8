using System.CommandLine.Completions;

namespace LoraFaaS.Cli.Completion;

/// <summary>Workers that are there, for completion.</summary>
internal static class WorkerNames
{
    public static IEnumerable<CompletionItem> Complete(CompletionContext context) =>
        PlatformNames.Complete(context, async (client, stopping) => (await client.Platform.WorkersAsync(stopping)).Select(worker => worker.Id));
}
