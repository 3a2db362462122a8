using Google.Protobuf;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>One generation at a fake worker, for a script to answer.</summary>
internal sealed class WorkerExchange(HttpContext context, GenerateRequest request)
{
    public GenerateRequest Request => request;

    /// <summary>A copy: tests read it when the exchange is over.</summary>
    public HeaderDictionary Headers { get; } = new(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));

    public CancellationToken Aborted => context.RequestAborted;

    public async Task SendAsync(GenerateEvent happened)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/x-lorafaas-events";
        }

        FrameEncoder.Encode(happened, context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    public async Task SendAsync(params GenerateEvent[] events)
    {
        foreach (var happened in events)
        {
            await SendAsync(happened);
        }
    }

    public Task RefuseAsync(int status, string code, string message, int? retryAfterSeconds = null)
    {
        context.Response.StatusCode = status;

        if (retryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(new ProblemBody(code, message, null), ContractsJson.Default.ProblemBody);
    }

    /// <summary>As a killed worker leaves it.</summary>
    public void Die() => context.Abort();

    /// <summary>Half a frame, as a worker killed in the middle of a write leaves it.</summary>
    public async Task SendTornFrameAsync()
    {
        var bytes = Given.Tokens("never seen", 99).ToByteArray();
        await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, (byte)bytes.Length });
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, 3));
        await context.Response.Body.FlushAsync();
    }
}
