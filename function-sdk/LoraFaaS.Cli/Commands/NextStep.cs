using System.Net;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Cli.Commands;

/// <summary>What to do about a refusal, where this command can do something about it.</summary>
internal static class NextStep
{
    private const string List = "`lorafaas list` shows what is deployed";
    private const string Push = "`lorafaas push FOLDER lora://BACKBONE/NAME:TAG` uploads one";

    /// <returns>What follows the message, with a mark before it; empty where nothing can be said, or the message says it.</returns>
    public static string After(LoraFaaSException refusal)
    {
        var step = refusal switch
        {
            { RetryAfter: { } wait } => FormattableString.Invariant($"try again in {Math.Ceiling(wait.TotalSeconds):0} s"),
            { Code: ErrorCode.FunctionNotFound } => List,

            // OpenFaaS's API refuses in plain text, without a code.
            { Code: null, Status: HttpStatusCode.NotFound } when refusal.Message.StartsWith("function ", StringComparison.Ordinal) => List,
            { Code: ErrorCode.AdapterNotFound } => Push,
            { Code: null } when refusal.Message.StartsWith("image: no adapter", StringComparison.Ordinal) => Push,
            { Code: ErrorCode.BackboneNotFound } => "`lorafaas backbone list` shows those that are registered",
            { Code: ErrorCode.NamespaceNotFound } => "`lorafaas namespace list` shows them, `namespace create` makes one",
            { Code: ErrorCode.SecretNotFound } => "`lorafaas secret create NAME` keeps one",
            { Field: "targets" } => "`lorafaas revisions FUNCTION` lists them",
            { Code: ErrorCode.NoCapacity or ErrorCode.WorkerUnavailable } => "`lorafaas workers` shows what there is",
            { Code: ErrorCode.FunctionFailed or ErrorCode.HandlerLost } => "`lorafaas logs FUNCTION` has what it wrote",
            _ => null,
        };

        return step is null || refusal.Message.Contains('`', StringComparison.Ordinal) ? "" : $"; {step}";
    }
}
