using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Forwarding.Wire;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// Reads a worker's refusal: a ProblemBody, or the status alone. A worker names what it refuses a request for; a failure without a name is the worker's own, and another may do better.
/// </summary>
internal static class RefusalBody
{
    private const int MaxBytes = 16 << 10;

    public static async Task<WorkerAnswer> ReadAsync(WorkerLink link, CancellationToken cancellationToken)
    {
        var head = link.Head;

        if (await ReadNamedAsync(link, cancellationToken) is not { } problem)
        {
            if (head.Status >= StatusCodes.Status500InternalServerError)
            {
                return new WorkerAnswer.Failed(new Problem(ErrorCode.WorkerUnavailable, $"the worker answered with status {head.Status}", RetryAfter: head.RetryAfter));
            }

            problem = Unnamed(head.Status);
        }

        return new WorkerAnswer.Refused(head.RetryAfter is { } retryAfter ? problem with { RetryAfter = retryAfter } : problem);
    }

    private static async Task<Problem?> ReadNamedAsync(WorkerLink link, CancellationToken cancellationToken)
    {
        try
        {
            return await link.ReadBodyAsync(MaxBytes, cancellationToken) is { } body ? Parse(body) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Problem Unnamed(int status) => status is StatusCodes.Status429TooManyRequests
        ? new Problem(ErrorCode.QueueFull, "the worker's queue is full")
        : new Problem(ErrorCode.Internal, $"the worker answered with status {status}");

    private static Problem? Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, ContractsJson.Default.ProblemBody) is { Code: not null, Message: not null } body
                ? new Problem(ErrorCodes.FromWire(body.Code), body.Message, body.Field)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
