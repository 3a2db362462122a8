using System.CommandLine.Completions;
using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Client;

namespace LoraFaaS.Cli.Completion;

/// <summary>Deployed functions, for completion. A platform that is not there, or slow, completes nothing: a shell's key press must not fail.</summary>
internal static class FunctionNames
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [SuppressMessage("Usage", "VSTHRD002", Justification = "The parser asks for completions synchronously; nothing else runs in the process by then.")]
    public static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        using var stopping = new CancellationTokenSource(Limit);

        try
        {
            using var client = ConnectionOptions.Resolve(context.ParseResult).Connect();
            var functions = client.Functions.ListAsync(cancellationToken: stopping.Token).GetAwaiter().GetResult();
            return [.. functions.Select(function => new CompletionItem(function.Name))];
        }
        catch (Exception e) when (e is LoraFaaSException or UsageException or OperationCanceledException)
        {
            return [];
        }
    }
}
