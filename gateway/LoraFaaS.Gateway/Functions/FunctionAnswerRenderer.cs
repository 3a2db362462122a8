using System.Text;
using System.Text.Json;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.CloudEvents;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The answer as a whole: its text alone, one JSON object, or either of them as an event's data. Collected first, so that a failure anywhere is still a status.</summary>
internal static class FunctionAnswerRenderer
{
    private const string JsonType = "application/json; charset=utf-8";

    public static async Task RenderAsync(
        HttpContext context, Invocation invocation, FunctionFormat format, EventReply? reply, IAsyncEnumerable<GenerateEvent> events)
    {
        var text = new StringBuilder();

        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens:
                    text.Append(happened.Tokens.Text);
                    break;

                case GenerateEvent.KindOneofCase.Failed:
                    var problem = happened.Failed.ToProblem();
                    invocation.Failure = problem.Code;
                    await PlainText.WriteAsync(context, problem);
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    await WriteAsync(context, invocation, format, reply, text.ToString(), happened.Finished);
                    return;
            }
        }
    }

    private static Task WriteAsync(
        HttpContext context, Invocation invocation, FunctionFormat format, EventReply? reply, string text, Finished finished)
    {
        invocation.Count(finished);
        InvocationHeaders.SetAccount(context.Response, invocation, finished);

        var contentType = format is FunctionFormat.Json ? JsonType : PlainText.ContentType;
        var bytes = format is FunctionFormat.Json ? ToJson(text, finished) : Encoding.UTF8.GetBytes(text);

        if (reply is not null)
        {
            return EventWriter.WriteAsync(context, reply.Make(invocation, contentType), reply.Mode, bytes);
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static byte[] ToJson(string text, Finished finished)
    {
        var answer = new FunctionAnswer(text, finished.Reason.ToWire(), TokenUsage.Of(finished), ColdStartAccount.From(finished.ColdStart));
        return JsonSerializer.SerializeToUtf8Bytes(answer, FunctionJson.Readable.FunctionAnswer);
    }
}
