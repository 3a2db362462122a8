using System.Diagnostics;
using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>Executes a leased call by the same stations as one that comes over the network, from admission on; its authentication was at the door.</summary>
internal sealed class AsyncExecutor(
    AdmissionStation admission, FunctionDialect functions, RouteBoard board, IServiceProvider services, IOptions<AsyncOptions> options, TimeProvider time)
{
    private const string Prefix = "/function/";

    private static readonly ActivitySource Activities = new(Metering.InvocationMeter.Name);

    /// <exception cref="OperationCanceledException">It was cut off; nothing is to be concluded from it.</exception>
    public async Task<Executed> ExecuteAsync(CallTicket ticket, CallRequest call, CancellationToken cancellationToken)
    {
        using var activity = Activities.StartActivity("async call", ActivityKind.Consumer, call.Headers.GetValueOrDefault("traceparent"));
        using var answer = new BoundedAnswer(options.Value.MaxAnswerBytes);
        var context = Context(call, answer, cancellationToken);
        context.Features.Set(UsageKey.Of(ticket, call) with { Payer = CallPayer.Of(call) });
        var started = time.GetTimestamp();

        await admission.RunAsync(context, functions);
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        // Functions answer 404 for their own reasons too; only the table can say that there is none.
        var gone = context.Response.StatusCode == StatusCodes.Status404NotFound && RevisionLookup.Find(board.Table, NameOf(call)) is null;
        return new Executed
        {
            FunctionGone = gone,
            RetryAfterMs = RetryAfter.Of(context.Response.Headers.RetryAfter, time),
            Answer = new CallAnswer
            {
                Status = gone ? StatusCodes.Status503ServiceUnavailable : context.Response.StatusCode,
                Headers = { KeptHeaders.OfAnswer(context.Response.Headers) },
                Body = ByteString.CopyFrom(answer.Written),
                DurationSeconds = time.GetElapsedTime(started).TotalSeconds,
                Truncated = answer.Truncated,
            },
        };
    }

    private DefaultHttpContext Context(CallRequest call, BoundedAnswer answer, CancellationToken cancellationToken)
    {
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken };
        var request = context.Request;
        var name = NameOf(call);

        (request.Method, request.Scheme, request.Protocol) = (HttpMethods.Post, "http", "HTTP/1.1");
        (request.Path, request.QueryString) = (new PathString(Prefix + name + call.Path), new QueryString(call.Query));
        request.RouteValues["name"] = name;
        request.RouteValues["path"] = call.Path.TrimStart('/');

        foreach (var (header, value) in call.Headers)
        {
            request.Headers[header] = value;
        }

        request.Headers.Remove(WireHeaders.Revision);
        request.Headers.Remove(CalledName.Header);
        request.Headers.Remove(CallPayer.Header);
        request.Headers[WireHeaders.CallId] = call.CallId;
        request.ContentLength = call.Body.Length;
        request.Body = new MemoryStream(call.Body.ToByteArray(), writable: false);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        context.Features.Set(WholeAnswer.Instance);

        // The caller's key was judged when the call was handed in; it may have expired since, and the call is still owed.
        KeyDesk.Trust(context);
        return context;
    }

    private static string NameOf(CallRequest call)
    {
        var name = new FunctionId(new NamespaceName(call.Namespace), new FunctionName(call.Function)).ToString();
        return call.Headers.TryGetValue(WireHeaders.Revision, out var revision) ? $"{name}{RevisionLookup.Pin}{revision}" : name;
    }
}
