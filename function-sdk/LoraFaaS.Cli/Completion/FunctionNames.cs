using System.CommandLine.Completions;

namespace LoraFaaS.Cli.Completion;

/// <summary>Deployed functions, for completion.</summary>
internal static class FunctionNames
{
    public static IEnumerable<CompletionItem> Complete(CompletionContext context) => PlatformNames.Complete(
        context, async (client, stopping) => (await client.Functions.ListAsync(cancellationToken: stopping)).Select(function => function.Name));
}
