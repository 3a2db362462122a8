using System.CommandLine.Completions;
using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Client;

namespace LoraFaaS.Cli.Completion;

/// <summary>Names that the platform knows, for completion. A platform that is not there, or slow, completes nothing: a shell's key press must not fail.</summary>
internal static class PlatformNames
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [SuppressMessage("Usage", "VSTHRD002", Justification = "The parser asks for completions synchronously; nothing else runs in the process by then.")]
    public static IEnumerable<CompletionItem> Complete(CompletionContext context, Func<LoraFaaSClient, CancellationToken, Task<IEnumerable<string>>> ask)
    {
        using var stopping = new CancellationTokenSource(Limit);

        try
        {
            using var client = ConnectionOptions.Resolve(context.ParseResult).Connect();
            return [.. ask(client, stopping.Token).GetAwaiter().GetResult().Select(name => new CompletionItem(name))];
        }
        catch (Exception e) when (e is LoraFaaSException or UsageException or OperationCanceledException)
        {
            return [];
        }
    }
}
