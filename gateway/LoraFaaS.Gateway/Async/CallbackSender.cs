using System.Globalization;
using System.Net;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>Posts a function's answer, body and headers, to the caller's callback.</summary>
internal sealed class CallbackSender(CallbackTransport transport, CallbackSignature signature, CallbackRule rule, IOptions<AsyncOptions> options, TimeProvider time)
{
    public async Task<Delivered> SendAsync(CallTicket ticket, CallRequest call, CallAnswer answer, CancellationToken cancellationToken)
    {
        if (rule.Check(call.CallbackUrl) is { } problem)
        {
            return new Delivered { Error = problem.ToString(), IsFinal = true };
        }

        using var request = Request(ticket, call, answer);
        using var patience = new CancellationTokenSource(options.Value.CallbackTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);

        try
        {
            using var response = await transport.Invoker.SendAsync(request, ended.Token);
            return Judge(response);
        }
        catch (HttpRequestException exception)
        {
            return new Delivered { Error = (exception.InnerException ?? exception).Message };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A connection that is not there in its time ends as if somebody had cancelled it.
            return new Delivered { Error = patience.IsCancellationRequested ? $"no answer within {options.Value.CallbackTimeout.TotalSeconds:0.#} s" : exception.Message };
        }
    }

    private Delivered Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;

        return response.IsSuccessStatusCode
            ? new Delivered()
            : new Delivered
            {
                Error = $"it answered {status}",
                RetryAfterMs = RetryAfter.Of(response.Headers.RetryAfter?.ToString(), time),

                // The receiver says that it will never take this; a timeout or too many requests pass.
                IsFinal = status is >= 300 and < 500 and not (408 or 425 or 429) || response.StatusCode is HttpStatusCode.NotImplemented,
            };
    }

    private HttpRequestMessage Request(CallTicket ticket, CallRequest call, CallAnswer answer)
    {
        var body = answer.Body.ToByteArray();
        var request = new HttpRequestMessage(HttpMethod.Post, call.CallbackUrl) { Content = new ByteArrayContent(body) };

        // Ours over the answer's: a function must not speak for the platform.
        var headers = new Dictionary<string, string>(answer.Headers, StringComparer.OrdinalIgnoreCase)
        {
            [WireHeaders.CallId] = ticket.CallId,
            [WireHeaders.FunctionStatus] = answer.Status.ToString(CultureInfo.InvariantCulture),
            [WireHeaders.FunctionName] = CalledName.Of(call),
            [WireHeaders.DurationSeconds] = answer.DurationSeconds.ToString("F6", CultureInfo.InvariantCulture),
            [WireHeaders.StartTime] = call.StartedUnixNanos.ToString(CultureInfo.InvariantCulture),
            ["User-Agent"] = GatewayVersion.ServedBy,
        };
        headers.Remove(WireHeaders.Signature);

        if (signature.Of(ticket.CallId, answer.Status, body) is { } signed)
        {
            headers[WireHeaders.Signature] = signed;
        }

        foreach (var (name, value) in headers)
        {
            // What describes the content is refused by the request and taken by its content.
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }
}
