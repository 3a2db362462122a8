using System.Globalization;
using System.Net;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>Posts a function's answer, body and headers, to the caller's callback.</summary>
internal sealed class CallbackSender(CallbackTransport transport, CallbackSignature signature, CallbackRule rule, IOptions<AsyncOptions> options, TimeProvider time)
{
    public async Task<Delivered> SendAsync(CallTicket ticket, string url, long startedUnixNanos, CallAnswer answer, CancellationToken cancellationToken)
    {
        if (rule.Check(url) is { } problem)
        {
            return new Delivered { Error = problem.ToString(), IsFinal = true };
        }

        using var request = Request(ticket, url, startedUnixNanos, answer);
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
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Delivered { Error = $"no answer within {options.Value.CallbackTimeout.TotalSeconds:0.#} s" };
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

    private HttpRequestMessage Request(CallTicket ticket, string url, long startedUnixNanos, CallAnswer answer)
    {
        var body = answer.Body.ToByteArray();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };

        foreach (var (name, value) in answer.Headers)
        {
            Set(request, name, value);
        }

        // Ours last: a function must not speak for the platform.
        Set(request, WireHeaders.CallId, ticket.CallId);
        Set(request, WireHeaders.FunctionStatus, answer.Status.ToString(CultureInfo.InvariantCulture));
        Set(request, WireHeaders.FunctionName, NameOf(ticket));
        Set(request, WireHeaders.DurationSeconds, answer.DurationSeconds.ToString("F6", CultureInfo.InvariantCulture));
        Set(request, WireHeaders.StartTime, startedUnixNanos.ToString(CultureInfo.InvariantCulture));
        Set(request, "User-Agent", GatewayVersion.ServedBy);
        Set(request, WireHeaders.Signature, signature.Of(ticket.CallId, answer.Status, body));
        return request;
    }

    private static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);

        if (value is not null && !request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content!.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>As it is called: without the namespace where that is the default.</summary>
    private static string NameOf(CallTicket ticket) =>
        ticket.Namespace == NamespaceName.Default.Value ? ticket.Function : $"{ticket.Function}.{ticket.Namespace}";
}
