using System.Text;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The answer as a whole: its text alone, or one JSON object. Collected first, so that a failure anywhere is still a status.</summary>
internal static class FunctionAnswerRenderer
{
    public static async Task RenderAsync(HttpContext context, Invocation invocation, FunctionFormat format, IAsyncEnumerable<GenerateEvent> events)
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
                    await WriteAsync(context, invocation, format, text.ToString(), happened.Finished);
                    return;
            }
        }
    }

    private static Task WriteAsync(HttpContext context, Invocation invocation, FunctionFormat format, string text, Finished finished)
    {
        invocation.PromptTokens = finished.PromptTokens;
        invocation.CompletionTokens = finished.CompletionTokens;
        InvocationHeaders.SetAccount(context.Response, invocation, finished);

        if (format is FunctionFormat.Json)
        {
            var answer = new FunctionAnswer(
                text, finished.Reason.ToWire(), TokenUsage.Of(finished), ColdStartAccount.From(finished.ColdStart));
            return context.Response.WriteAsJsonAsync(answer, FunctionJson.Readable.FunctionAnswer, cancellationToken: context.RequestAborted);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = PlainText.ContentType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
