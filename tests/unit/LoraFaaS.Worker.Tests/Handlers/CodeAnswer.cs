using System.Text;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Handlers;

/// <summary>What a function's own code answered, or what was said in its place.</summary>
internal sealed class CodeAnswer(Generation generation)
{
    public Generation Generation => generation;

    public Reply? Head => generation.Events.FirstOrDefault(happened => happened.Reply is not null)?.Reply;

    public byte[] Body => [.. generation.Events.Where(happened => happened.ReplyBody is not null).SelectMany(happened => happened.ReplyBody.Body.ToByteArray())];

    public string Text => Encoding.UTF8.GetString(Body);

    public Finished? Finished => generation.Finished;

    /// <summary>Code and message of a failure, before the first byte or after it.</summary>
    public (string Code, string Message)? Failure =>
        generation.Problem is { } problem ? (problem.Code!, problem.Message!)
        : generation.Failed is { } failed ? (failed.Code, failed.Message)
        : null;
}
