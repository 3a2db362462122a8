using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Forwarding.Wire;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Reads a worker's refusal: a ProblemBody, or, where something else answers at its address, the status alone.</summary>
internal static class RefusalBody
{
    private const int MaxBytes = 16 << 10;

    public static async Task<Problem> ReadAsync(WorkerLink link, CancellationToken cancellationToken)
    {
        var head = link.Head;

        try
        {
            var problem = await link.ReadBodyAsync(MaxBytes, cancellationToken) is { } body ? Parse(body) : null;
            problem ??= Unnamed(head.Status);
            return head.RetryAfter is { } retryAfter ? problem with { RetryAfter = retryAfter } : problem;
        }
        catch (IOException)
        {
            return Unnamed(head.Status);
        }
    }

    private static Problem Unnamed(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => new Problem(ErrorCode.QueueFull, "the worker's queue is full"),
        StatusCodes.Status503ServiceUnavailable => new Problem(ErrorCode.WorkerUnavailable, "the worker is not available"),
        StatusCodes.Status504GatewayTimeout => new Problem(ErrorCode.DeadlineExceeded, "the deadline passed at the worker"),
        _ => new Problem(ErrorCode.Internal, $"the worker answered with status {status}"),
    };

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
