using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Reads a worker's refusal: a ProblemBody, or, where something else answers at its address, the status alone.</summary>
internal static class RefusalBody
{
    private const int MaxBytes = 16 << 10;

    public static async Task<Problem> ReadAsync(HttpResponseMessage head, PipeReader body, CancellationToken cancellationToken)
    {
        var read = await body.ReadAtLeastAsync(MaxBytes, cancellationToken);
        var problem = Parse(read.Buffer) ?? Unnamed((int)head.StatusCode);
        body.AdvanceTo(read.Buffer.End);

        return head.Headers.RetryAfter?.Delta is { } retryAfter ? problem with { RetryAfter = retryAfter } : problem;
    }

    public static Problem Unnamed(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => new Problem(ErrorCode.QueueFull, "the worker's queue is full"),
        StatusCodes.Status503ServiceUnavailable => new Problem(ErrorCode.WorkerUnavailable, "the worker is not available"),
        StatusCodes.Status504GatewayTimeout => new Problem(ErrorCode.DeadlineExceeded, "the deadline passed at the worker"),
        _ => new Problem(ErrorCode.Internal, $"the worker answered with status {status}"),
    };

    private static Problem? Parse(ReadOnlySequence<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes.Slice(0, Math.Min(bytes.Length, MaxBytes)));

            return JsonSerializer.Deserialize(ref reader, ContractsJson.Default.ProblemBody) is { Code: not null, Message: not null } body
                ? new Problem(ErrorCodes.FromWire(body.Code), body.Message, body.Field)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
