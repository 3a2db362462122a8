using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Requests;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatDialect(CompletionFlow flow, IOptions<GatewayOptions> options) : IDialect
{
    public string Name => "chat";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        if (await flow.ReadBodyAsync(context, invocation) is not { } body)
        {
            return;
        }

        var (request, problem) = ChatRequestParser.Parse(body, options.Value.MaxChoices);

        if (request is null)
        {
            await CompletionFlow.FailAsync(context, invocation, problem!);
            return;
        }

        if (await flow.ResolveAsync(context, invocation, request.Options.Model) is not { } route)
        {
            return;
        }

        if (request.Call is not null && route.Revision.Code is not null)
        {
            await CompletionFlow.FailAsync(context, invocation, new Problem(
                ErrorCode.InvalidRequest, "the function's own code writes the answer, which cannot be held to a call", "tool_choice"));
            return;
        }

        var first = GenerateRequestFactory.Create(
            invocation.CallId, route, request.Input.Prompt, request.Input.Sampling, request.Options.Stream);
        var head = CompletionHead.Of("chatcmpl-", invocation, route, request.Options.Model);

        await flow.GenerateAsync(context, invocation, route, request.Options, [first], ShapeOf(request, head));
    }

    private static ICompletionShape ShapeOf(ChatRequest request, CompletionHead head) =>
        request.Call is { } call ? new ToolCallShape(head, call, request.Options.Logprobs) : new ChatShape(head, request.Options.Logprobs);

    public Task WriteProblemAsync(HttpContext context, Problem problem) => OpenAiErrors.WriteAsync(context, problem);
}
