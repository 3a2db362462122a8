using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Events that the gateway itself has to say, and the way back from a failure event to a problem.</summary>
internal static class GenerateEvents
{
    public static GenerateEvent Failed(Problem problem) => new()
    {
        Failed = new Failed
        {
            Code = problem.Code.ToWire(),
            Message = problem.Message,
            Field = problem.Field ?? "",
            RetryAfterMs = (int)Math.Clamp(problem.RetryAfter?.TotalMilliseconds ?? 0, 0, int.MaxValue),
        },
    };

    public static GenerateEvent Progress(string stage) => new() { Progress = new Progress { Stage = stage } };

    public static GenerateEvent Finished(Finished finished) => new() { Finished = finished };

    public static Problem ToProblem(this Failed failed) => new(
        ErrorCodes.FromWire(failed.Code),
        failed.Message.Length > 0 ? failed.Message : failed.Code,
        failed.Field.Length > 0 ? failed.Field : null,
        failed.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(failed.RetryAfterMs) : null);
}
