using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.CloudEvents;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Functions;

/// <summary>
/// The answer of a function's own code: its status, its headers and its bytes as they come. Events' answers and asynchronous ones are collected first, so
/// that a failure in the middle is still a status; for the others a cut connection says that the answer is not whole.
/// </summary>
internal sealed class CodeReplyRenderer(HttpContext context, Invocation invocation, EventReply? reply)
{
    private readonly MemoryStream? _collected = reply is not null || context.Features.Get<WholeAnswer>() is not null ? new MemoryStream() : null;
    private Reply? _head;

    public async Task RenderAsync(IAsyncEnumerable<GenerateEvent> events)
    {
        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Reply:
                    await BeginAsync(happened.Reply);
                    break;

                case GenerateEvent.KindOneofCase.ReplyBody:
                    await WriteAsync(happened.ReplyBody.Body.Memory);
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    await FailAsync(happened.Failed);
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    await FinishAsync(happened.Finished);
                    return;
            }
        }
    }

    private async Task BeginAsync(Reply head)
    {
        _head = head;

        if (_collected is null)
        {
            SetHead();
            await context.Response.StartAsync(context.RequestAborted);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_collected is not null)
        {
            await _collected.WriteAsync(bytes, context.RequestAborted);
            return;
        }

        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private Task FailAsync(Failed failed)
    {
        var problem = failed.ToProblem();
        invocation.Failure = problem.Code;

        if (!context.Response.HasStarted)
        {
            return PlainText.WriteAsync(context, problem);
        }

        context.Abort();
        return Task.CompletedTask;
    }

    private Task FinishAsync(Finished finished)
    {
        invocation.Count(finished);

        if (_collected is null || _head is null)
        {
            return Task.CompletedTask;
        }

        SetHead();
        InvocationHeaders.SetAccount(context.Response, invocation, finished);
        var body = _collected.GetBuffer().AsMemory(0, (int)_collected.Length);

        // An error is the code's own, not an event that it caused.
        if (reply is not null && _head.Status < StatusCodes.Status300MultipleChoices)
        {
            return EventWriter.WriteAsync(context, reply.Make(invocation, _head.ContentType), reply.Mode, body);
        }

        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private void SetHead()
    {
        var response = context.Response;
        response.StatusCode = _head!.Status;

        foreach (var header in _head.Headers)
        {
            response.Headers.Append(header.Name, header.Value);
        }

        if (_head.ContentType.Length > 0)
        {
            response.ContentType = _head.ContentType;
        }

        InvocationHeaders.SetAccountSoFar(response, invocation, _head.ColdStart);
    }
}
